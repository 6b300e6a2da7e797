// When a key was last used, as the list tells it.

import type { Key } from '../api/types.ts'

/** Without use for so long, a key is probably not needed any more. */
const UNUSED_MS = 90 * 24 * 60 * 60_000

/** Whether it is known that a key was not used for 90 days, or never. */
export function isUnused(usage: Key['usage']): boolean {
  if (usage === null || usage === undefined) return false
  return usage.last_used_at === null || isLongAgo(usage.last_used_at)
}

export function isLongAgo(time: string): boolean {
  return Date.now() - Date.parse(time) > UNUSED_MS
}
