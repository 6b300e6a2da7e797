// Finds in which respects one state of a key is more open than another. After a restore from a backup, the
// database may have lost the change that closed a key.

import { compileIpAcl, isEmptyIpAcl, isWithinIpAcl } from './ip-acl.ts'
import type { LiveKeyRecord } from './key-record.ts'
import { isLooser } from './rate-limit.ts'

export const OPENINGS = [
  'account_status',
  'ip_acl',
  'ip_acl_mode',
  'enabled',
  'leaked_at',
  'expires_at',
  'ends_at',
  'rate_limit',
  'account_rate_limit',
] as const
export type Opening = (typeof OPENINGS)[number]

export type State = Omit<LiveKeyRecord, 'kind' | 'revision' | 'keyId' | 'accountId'>

/** Each respect is compared on its own: a wider ACL is an opening even in mode `report` or while suspended. */
export function findOpenings(state: State, against: State): readonly Opening[] {
  const opens: Readonly<Record<Opening, boolean>> = {
    account_status: state.accountStatus === 'active' && against.accountStatus !== 'active',
    ip_acl: isWider(state.ipAcl, against.ipAcl),
    ip_acl_mode: state.ipAclMode === 'report' && against.ipAclMode === 'enforce',
    enabled: state.enabled && !against.enabled,
    leaked_at: !state.isLeaked && against.isLeaked,
    expires_at: isLater(state.expiresAtMs, against.expiresAtMs),
    ends_at: isLater(state.endsAtMs, against.endsAtMs),
    rate_limit: isLooser(state.rateLimit, against.rateLimit),
    account_rate_limit: isLooser(state.accountRateLimit, against.accountRateLimit),
  }
  return OPENINGS.filter((respect) => opens[respect])
}

/** An empty ACL lets in every client, even one without a readable address. */
function isWider(entries: readonly string[], than: readonly string[]): boolean {
  const [acl, other] = [compileIpAcl(entries), compileIpAcl(than)]
  if (isEmptyIpAcl(other)) return false
  return isEmptyIpAcl(acl) || !isWithinIpAcl(acl, other)
}

/** Null is never. */
function isLater(timeMs: number | null, thanMs: number | null): boolean {
  return (timeMs ?? Infinity) > (thanMs ?? Infinity)
}
