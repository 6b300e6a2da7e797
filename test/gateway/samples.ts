// Records of one key, and verdicts by them, as the tests of authorizations need them.

import { type KeyRecord, type LiveKeyRecord, UNRESTRICTED } from '../../src/keys/key-record.ts'
import { AuthorityUnavailableError } from '../../src/stores/object-call.ts'

export const TOKEN = 'cpk_issued'
export const LOOKUP_ID = 'lookup-1'
export const CLIENT = '203.0.113.7'

export const KEY: LiveKeyRecord = {
  kind: 'live',
  revision: 3,
  keyId: 'key_1',
  accountId: 'acc_1',
  accountStatus: 'active',
  ipAcl: [],
  ipAclMode: 'enforce',
  ...UNRESTRICTED,
}
export const DENYING: LiveKeyRecord = { ...KEY, ipAcl: ['10.0.0.0/8'] }
export const ALLOWING: LiveKeyRecord = { ...KEY, ipAcl: ['203.0.113.0/24'] }
export const REPORTING: LiveKeyRecord = { ...DENYING, ipAclMode: 'report' }
export const SUSPENDED: LiveKeyRecord = { ...DENYING, accountStatus: 'suspended' }
export const GONE: KeyRecord = {
  kind: 'tombstone',
  revision: 4,
  keyId: 'key_1',
  replacedAtMs: null,
}
export const NEWER_ALLOWING: LiveKeyRecord = { ...ALLOWING, revision: 4 }
export const NEWER_DENYING: LiveKeyRecord = { ...DENYING, revision: 4 }

export const FAULT = new Error('503 Service Unavailable')
export const TIMEOUT = new AuthorityUnavailableError('timeout')

export const REVOKED = { reason: 'key_revoked' }
export const IP_DENIED = { reason: 'ip_denied', clientIp: CLIENT }
export const UNAVAILABLE = { reason: 'authentication_unavailable' }

/** How a final grant by a live record of this revision looks. */
export const grantBy = (revision: number) => ({
  ok: true,
  value: { key: { revision }, confirm: null },
})
export const refusal = (error: object) => ({ ok: false, error })
