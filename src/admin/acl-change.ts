// The change of an IP ACL as the audit stores it. It holds the added and removed entries, since the two
// lists may have 1 000 entries each.

import type { AclChange, Changes } from '../db/schema/audit-events.ts'

/** How many added and how many removed entries are kept. */
const MAX_ENTRIES = 50

/** A list is null if there is none: before the key is created or after it is deleted. */
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

/** The changes of an event. Events of older versions hold both lists of an IP ACL in full. */
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
