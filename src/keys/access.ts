// Decides whether a key lets a request in, from its record and the client's address alone. The checks
// run in the contract's order: record, account, IP ACL. No I/O and no clock.

import { err, ok, type Result } from '../shared/result.ts'
import { type Address, formatAddress } from './address.ts'
import { compileIpAcl, type IpAcl, isEmptyIpAcl, matchesIpAcl } from './ip-acl.ts'
import type { AccountStatus, TombstoneRecord, LiveKeyRecord } from './key-record.ts'
import type { StoredRecord } from './stored-record.ts'

export type AccessRefusal =
  | { readonly reason: 'key_revoked' }
  | { readonly reason: 'account_inactive'; readonly status: AccountStatus }
  /** `clientIp` is null if the address is missing or unreadable. */
  | { readonly reason: 'ip_denied'; readonly clientIp: string | null }

/** A record ready to evaluate requests. Its ACL is compiled once, then each request is matched against it. */
export interface CompiledLiveKey extends Omit<LiveKeyRecord, 'ipAcl'> {
  readonly tag: string
  readonly ipAcl: IpAcl
}

export type CompiledTombstone = TombstoneRecord & { readonly tag: string }

export type CompiledKey = CompiledLiveKey | CompiledTombstone

export function compileKey(record: StoredRecord): CompiledKey {
  return record.kind === 'tombstone' ? record : { ...record, ipAcl: compileIpAcl(record.ipAcl) }
}

/** Whether the key has an IP ACL and the address, which may be unreadable, is not on it. */
export function isOffIpAcl({ ipAcl }: CompiledLiveKey, address: Address | null): boolean {
  if (isEmptyIpAcl(ipAcl)) return false
  return address === null || !matchesIpAcl(ipAcl, address)
}

export function evaluateAccess(
  key: CompiledKey,
  address: Address | null,
): Result<CompiledLiveKey, AccessRefusal> {
  if (key.kind === 'tombstone') return err({ reason: 'key_revoked' })
  if (key.accountStatus !== 'active') {
    return err({ reason: 'account_inactive', status: key.accountStatus })
  }
  if (key.ipAclMode === 'report' || !isOffIpAcl(key, address)) return ok(key)
  return err({ reason: 'ip_denied', clientIp: address === null ? null : formatAddress(address) })
}
