// Whether a key lets a request in, judged by its record and the client's address alone: pure, in the
// contract's order (record, account, IP ACL). No I/O and no clock.

import { err, ok, type Result } from '../result.ts'
import { type Address, formatAddress } from './address.ts'
import type { CompiledLiveRecord, CompiledRecord } from './compiled-record.ts'
import type { AccountStatus } from './key-record.ts'

export type AccessRefusal =
  | { readonly reason: 'key_revoked' }
  | { readonly reason: 'account_inactive'; readonly status: AccountStatus }
  /** `clientIp` is null where the address is missing or unreadable. */
  | { readonly reason: 'ip_denied'; readonly clientIp: string | null }

export function evaluateAccess(
  record: CompiledRecord,
  address: Address | null,
): Result<CompiledLiveRecord, AccessRefusal> {
  if (record.kind === 'gone') return err({ reason: 'key_revoked' })
  if (record.accountStatus !== 'active') {
    return err({ reason: 'account_inactive', status: record.accountStatus })
  }
  if (record.admits === null) return ok(record)
  if (address === null) return err({ reason: 'ip_denied', clientIp: null })
  if (!record.admits(address)) {
    return err({ reason: 'ip_denied', clientIp: formatAddress(address) })
  }
  return ok(record)
}
