// What an edit did to an IP ACL, as the audit has it: the entries that came and went, and not the two
// lists, of up to 1 000 entries each.

import type { AclChange, Changes } from '../db/schema.ts'

/** So many entries of each kind are kept. */
const MAX_ENTRIES = 50

/** Null for a list that is not there, before a key is created or after it is deleted. */
export function aclChange(
  before: readonly string[] | null,
  after: readonly string[] | null,
): AclChange {
  const added = withoutAll(after ?? [], before ?? [])
  const removed = withoutAll(before ?? [], after ?? [])
  const [keptAdded, keptRemoved] = [added.slice(0, MAX_ENTRIES), removed.slice(0, MAX_ENTRIES)]
  const more = added.length - keptAdded.length + removed.length - keptRemoved.length
  return { added: keptAdded, removed: keptRemoved, more }
}

/** The changes of an event; versions before this one wrote both lists of an IP ACL in full. */
export function withAclChange(changes: Changes): Changes {
  const { ip_acl: acl } = changes
  if (!Array.isArray(acl)) return changes
  const [before, after] = acl as readonly [readonly string[] | null, readonly string[] | null]
  return { ...changes, ip_acl: aclChange(before, after) }
}

function withoutAll(entries: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others)
  return entries.filter((entry) => !known.has(entry))
}
