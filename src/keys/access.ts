// Whether a key lets a request in, judged by its record and the client's address alone: pure, in the
// contract's order (record, account, IP ACL). No I/O and no clock.

import { err, ok, type Result } from '../result.ts'
import { type Address, formatAddress } from './address.ts'
import { compileIpAcl, type IpAcl, isEmptyIpAcl, matchesIpAcl } from './ip-acl.ts'
import type { AccountStatus, GoneKeyRecord, KeyRecord, LiveKeyRecord } from './key-record.ts'

export type AccessRefusal =
  | { readonly reason: 'key_revoked' }
  | { readonly reason: 'account_inactive'; readonly status: AccountStatus }
  /** `clientIp` is null where the address is missing or unreadable. */
  | { readonly reason: 'ip_denied'; readonly clientIp: string | null }

/** A record ready to judge requests: its ACL is compiled once, then matched by each of them. */
export interface CompiledLiveKey extends Omit<LiveKeyRecord, 'ipAcl'> {
  readonly ipAcl: IpAcl
}

export type CompiledKey = CompiledLiveKey | GoneKeyRecord

export function compileKey(record: KeyRecord): CompiledKey {
  return record.kind === 'gone' ? record : { ...record, ipAcl: compileIpAcl(record.ipAcl) }
}

export function evaluateAccess(
  key: CompiledKey,
  address: Address | null,
): Result<CompiledLiveKey, AccessRefusal> {
  if (key.kind === 'gone') return err({ reason: 'key_revoked' })
  if (key.accountStatus !== 'active') {
    return err({ reason: 'account_inactive', status: key.accountStatus })
  }
  if (isEmptyIpAcl(key.ipAcl)) return ok(key)
  if (address === null) return err({ reason: 'ip_denied', clientIp: null })
  if (!matchesIpAcl(key.ipAcl, address)) {
    return err({ reason: 'ip_denied', clientIp: formatAddress(address) })
  }
  return ok(key)
}
