// The state of a key as a token of it meets it, from its record and the time. The data plane, the admin API and
// the page judge by it. The order is the contract's: the first state that applies is the answer.

import type { AccountStatus, KeyRecord } from './key-record.ts'

export type KeyState =
  | { readonly state: 'live' }
  /** The key was deleted. */
  | { readonly state: 'gone' }
  | { readonly state: 'account_inactive'; readonly status: AccountStatus }
  | { readonly state: 'expired'; readonly atMs: number }
  /** Another token replaced this one. */
  | { readonly state: 'replaced'; readonly atMs: number }
  | { readonly state: 'leaked' }
  | { readonly state: 'disabled' }

/** What decides the state, of a live record. */
export type StateFacts = Pick<
  Extract<KeyRecord, { kind: 'live' }>,
  'accountStatus' | 'enabled' | 'isLeaked' | 'expiresAtMs' | 'endsAtMs'
>

const LIVE: KeyState = { state: 'live' }

/** `nowMs`: the clock of whoever judges, in milliseconds since 1970. */
export function findKeyState(
  record: (StateFacts & { readonly kind: 'live' }) | Extract<KeyRecord, { kind: 'tombstone' }>,
  nowMs: number,
): KeyState {
  if (record.kind === 'tombstone') {
    const { replacedAtMs } = record
    return replacedAtMs === null ? { state: 'gone' } : { state: 'replaced', atMs: replacedAtMs }
  }
  const { accountStatus, expiresAtMs, endsAtMs } = record
  if (accountStatus !== 'active') return { state: 'account_inactive', status: accountStatus }
  if (expiresAtMs !== null && nowMs >= expiresAtMs) return { state: 'expired', atMs: expiresAtMs }
  if (endsAtMs !== null && nowMs >= endsAtMs) return { state: 'replaced', atMs: endsAtMs }
  if (record.isLeaked) return { state: 'leaked' }
  return record.enabled ? LIVE : { state: 'disabled' }
}
