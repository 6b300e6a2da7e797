// In which respects one state of a key lets in what another keeps out. For a database that came back from
// a backup: what it has forgotten may have closed something.

import { compileIpAcl, isEmptyIpAcl, isWithinIpAcl } from './ip-acl.ts'
import type { LiveKeyRecord } from './key-record.ts'

export const OPENINGS = ['account_status', 'ip_acl', 'ip_acl_mode'] as const
export type Opening = (typeof OPENINGS)[number]

type State = Pick<LiveKeyRecord, 'accountStatus' | 'ipAcl' | 'ipAclMode'>

/** Each respect for itself: an ACL that is wider is an opening in mode `report` too, or while suspended. */
export function openings(state: State, against: State): readonly Opening[] {
  const opens: Readonly<Record<Opening, boolean>> = {
    account_status: state.accountStatus === 'active' && against.accountStatus !== 'active',
    ip_acl: isWider(state.ipAcl, against.ipAcl),
    ip_acl_mode: state.ipAclMode === 'report' && against.ipAclMode === 'enforce',
  }
  return OPENINGS.filter((respect) => opens[respect])
}

/** An empty ACL lets in every client, one without a readable address too. */
function isWider(entries: readonly string[], than: readonly string[]): boolean {
  const [acl, other] = [compileIpAcl(entries), compileIpAcl(than)]
  if (isEmptyIpAcl(other)) return false
  return isEmptyIpAcl(acl) || !isWithinIpAcl(acl, other)
}
