// What the owner of a key wrote beside entries of its IP ACL. Requests do not depend on it.

/** By canonical entry. */
export type AclNotes = Readonly<Record<string, string>>

/** The notes of entries that an IP ACL has. A note goes with its entry. */
export function keepNotes(notes: AclNotes, ipAcl: readonly string[]): AclNotes {
  const entries = new Set(ipAcl)
  return Object.fromEntries(Object.entries(notes).filter(([entry]) => entries.has(entry)))
}

/** The entries of notes that an IP ACL does not have. */
export function unlistedEntries(notes: AclNotes, ipAcl: readonly string[]): string[] {
  const entries = new Set(ipAcl)
  return Object.keys(notes).filter((entry) => !entries.has(entry))
}
