// Decides whether a key lets a request in, from its record, the client's address and the time. The checks run
// in the contract's order: record, account, state of the key, IP ACL. No I/O.

import { err, ok, type Result } from '../shared/result.ts'
import { type Address, formatAddress } from './address.ts'
import type { Limits } from './allowance.ts'
import { compileIpAcl, type IpAcl, isEmptyIpAcl, matchesIpAcl } from './ip-acl.ts'
import type { AccountStatus, TombstoneRecord, LiveKeyRecord } from './key-record.ts'
import { findKeyState, type KeyState } from './key-state.ts'
import { policiesOf } from './rate-limit.ts'
import type { StoredRecord } from './stored-record.ts'

export type AccessRefusal =
  | { readonly reason: 'key_revoked' }
  | { readonly reason: 'account_inactive'; readonly status: AccountStatus }
  | { readonly reason: 'key_expired'; readonly atMs: number }
  /** `atMs`: when the token ended. */
  | { readonly reason: 'key_replaced'; readonly atMs: number }
  | { readonly reason: 'key_disabled'; readonly isLeaked: boolean }
  /** `clientIp` is null if the address is missing or unreadable. */
  | { readonly reason: 'ip_denied'; readonly clientIp: string | null }

/** A record ready to evaluate requests. Its ACL is compiled once, then each request is matched against it. */
export interface CompiledLiveKey extends Omit<LiveKeyRecord, 'ipAcl'> {
  readonly tag: string
  readonly ipAcl: IpAcl
  /** Null for a key without limits. */
  readonly limits: Limits | null
}

export type CompiledTombstone = TombstoneRecord & { readonly tag: string }

export type CompiledKey = CompiledLiveKey | CompiledTombstone

export function compileKey(record: StoredRecord): CompiledKey {
  if (record.kind === 'tombstone') return record
  const policies = policiesOf(record)
  const limits = policies.length === 0 ? null : { policies, windowsAt: record.windowsAt }
  return { ...record, ipAcl: compileIpAcl(record.ipAcl), limits }
}

/** Whether the key has an IP ACL and the address, which may be unreadable, is not on it. */
export function isOffIpAcl({ ipAcl }: CompiledLiveKey, address: Address | null): boolean {
  if (isEmptyIpAcl(ipAcl)) return false
  return address === null || !matchesIpAcl(ipAcl, address)
}

/** `nowMs`: the clock of this isolate, in milliseconds since 1970. */
export function evaluateAccess(
  key: CompiledKey,
  address: Address | null,
  nowMs: number,
): Result<CompiledLiveKey, AccessRefusal> {
  const found = findKeyState(key, nowMs)
  if (key.kind === 'tombstone' || found.state !== 'live') return err(toRefusal(found))
  if (key.ipAclMode === 'report' || !isOffIpAcl(key, address)) return ok(key)
  return err({ reason: 'ip_denied', clientIp: address === null ? null : formatAddress(address) })
}

function toRefusal(found: KeyState): AccessRefusal {
  switch (found.state) {
    case 'account_inactive':
      return { reason: 'account_inactive', status: found.status }
    case 'expired':
      return { reason: 'key_expired', atMs: found.atMs }
    case 'replaced':
      return { reason: 'key_replaced', atMs: found.atMs }
    case 'leaked':
      return { reason: 'key_disabled', isLeaked: true }
    case 'disabled':
      return { reason: 'key_disabled', isLeaked: false }
    case 'gone':
    case 'live': // a tombstone is never live
      return { reason: 'key_revoked' }
  }
}
