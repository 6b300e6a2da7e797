// Why requests with a key are refused, as far as its own settings say, and what is under way.

import type { Key } from '../api/types.ts'
import type { ListedKey } from './key-list.ts'

export type KeyTrouble = 'leaked' | 'expired' | 'paused'

/** The one that matters most to its owner; null if there is none. */
export function troubleOf(key: Key): KeyTrouble | null {
  if (key.leaked_at !== null) return 'leaked'
  if (key.expires_at !== null && Date.parse(key.expires_at) <= Date.now()) return 'expired'
  return key.enabled ? null : 'paused'
}

/** Whether a change of the key, or its deletion, is not in force yet. */
export function isPending({ isDeleting = false, enforcement_state: state }: ListedKey): boolean {
  return isDeleting || state === 'pending'
}

const SOON_MS = 30 * 24 * 60 * 60_000

/** Whether a key has expired, or will within 30 days. */
export function isExpiring({ expires_at: end }: Key): boolean {
  return end !== null && Date.parse(end) - Date.now() < SOON_MS
}
