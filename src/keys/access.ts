// Whether a key lets a request in, judged by its record and the client's address alone: pure, in the
// contract's order (record, account, IP ACL). No I/O and no clock.

import { err, ok, type Result } from '../result.ts'
import { type Address, formatAddress } from './address.ts'
import { compileIpAcl, type IpAcl, isEmptyIpAcl, matchesIpAcl } from './ip-acl.ts'
import type { AccountStatus, GoneKeyRecord, LiveKeyRecord } from './key-record.ts'
import type { StoredRecord } from './stored-record.ts'

export type AccessRefusal =
  | { readonly reason: 'key_revoked' }
  | { readonly reason: 'account_inactive'; readonly status: AccountStatus }
  /** `clientIp` is null where the address is missing or unreadable. */
  | { readonly reason: 'ip_denied'; readonly clientIp: string | null }

/** A record ready to judge requests: its ACL is compiled once, then matched by each of them. */
export interface CompiledLiveKey extends Omit<LiveKeyRecord, 'ipAcl'> {
  readonly tag: string
  readonly ipAcl: IpAcl
}

export interface CompiledGoneKey extends GoneKeyRecord {
  readonly tag: string
  /**
   * Until when it refuses without a question, in milliseconds since 1970. Its authority never takes
   * *gone* back (Infinity). What KV alone says is a copy like any other (0).
   */
  readonly certainUntilMs: number
}

export type CompiledKey = CompiledLiveKey | CompiledGoneKey

/** `certainUntilMs` is of a key that is gone. */
export function compileKey(record: StoredRecord, certainUntilMs: number): CompiledKey {
  return record.kind === 'gone'
    ? { ...record, certainUntilMs }
    : { ...record, ipAcl: compileIpAcl(record.ipAcl) }
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
  if (key.kind === 'gone') return err({ reason: 'key_revoked' })
  if (key.accountStatus !== 'active') {
    return err({ reason: 'account_inactive', status: key.accountStatus })
  }
  if (key.ipAclMode === 'report' || !isOffIpAcl(key, address)) return ok(key)
  return err({ reason: 'ip_denied', clientIp: address === null ? null : formatAddress(address) })
}
