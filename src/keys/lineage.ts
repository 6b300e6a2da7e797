// The changes that a record of a key comes from. Numbers alone do not tell that: after a restore from a backup, the
// database gives a number again, or passes one by other changes. Then its record does not come from the one that an
// authority holds, and must not replace it unseen.

export interface Lineage {
  /** The change that made the record. */
  readonly changeId: string
  /** The changes before it, back to the last one that was known to hold when the first of them was made. */
  readonly ancestors: readonly string[]
  /** The newest revision of the key that is known to hold. What has a lower one is older in any case. */
  readonly heldRevision: number
}

/** A record, or its head, with the change that made it. Versions that know no lineages name none. */
export interface Identified {
  readonly revision: number
  readonly changeId?: string | undefined
}

/**
 * Whether a record of this lineage comes from the one that is held. Also true if one of the two does not say where it
 * comes from. Then only their numbers can be compared.
 */
export function descendsFrom(lineage: Lineage | null, held: Identified): boolean {
  if (lineage === null || held.changeId === undefined) return true
  const { changeId, ancestors, heldRevision } = lineage
  const isNamed = held.changeId === changeId || ancestors.includes(held.changeId)
  return isNamed || held.revision < heldRevision
}

/** A new id of a change that makes a revision. */
export function newChangeId(revision: number): string {
  return `${revision}.${crypto.randomUUID().replaceAll('-', '').slice(16)}`
}

/**
 * The lineage of a row. `ids` are those of its changes, the newest last. Null if a version that knows no lineages made
 * the row's revision, or if nothing has changed it.
 */
export function parseLineage(
  ids: readonly (string | null)[],
  revision: number,
  heldRevision: number,
): Lineage | null {
  const changeId = ids.at(-1) ?? null
  if (changeId?.startsWith(`${revision}.`) !== true) return null
  const ancestors = ids.slice(0, -1).filter((id) => id !== null)
  return { changeId, ancestors, heldRevision }
}
