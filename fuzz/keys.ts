// A few keys of every kind, their records and tokens: what fuzzed requests call with.

import { type KeyRecord, type LiveKeyRecord, UNRESTRICTED } from '../src/keys/key-record.ts'
import type { KeyRing } from '../src/keys/key-ring.ts'
import type { BlockHmacKey } from '../src/keys/block-hmac.ts'
import { mintToken, TOKEN_RANDOM_BYTES } from '../src/keys/token.ts'
import { type PlainNetwork, readNetwork } from '../harness/ip-oracle.ts'

export interface FuzzKey {
  readonly token: string
  readonly lookupId: string
  readonly record: KeyRecord
  /** What the oracle makes of its IP ACL. */
  readonly networks: readonly PlainNetwork[]
}

export const PREFIX = 'cpk_'

export const ACL = ['192.0.2.0/24', '10.0.0.0/8', '2001:db8::/32', '2a06:98c0::/29']

const LIVE: LiveKeyRecord = {
  kind: 'live',
  revision: 1,
  keyId: '',
  accountId: 'acc_1',
  accountStatus: 'active',
  ipAcl: [],
  ipAclMode: 'enforce',
  ...UNRESTRICTED,
}
const RECORDS: readonly KeyRecord[] = [
  { ...LIVE, keyId: 'key_open' },
  { ...LIVE, keyId: 'key_fenced', ipAcl: ACL },
  { ...LIVE, keyId: 'key_reporting', ipAcl: ACL, ipAclMode: 'report' },
  { ...LIVE, keyId: 'key_suspended', accountStatus: 'suspended' },
  { kind: 'tombstone', revision: 2, keyId: 'key_gone', replacedAtMs: null },
]

export function makeFuzzKeys(ring: KeyRing<BlockHmacKey>): FuzzKey[] {
  return RECORDS.map((record, i) => {
    const random = new Uint8Array(TOKEN_RANDOM_BYTES).fill(i)
    const { token, lookupId } = mintToken(PREFIX, ring, random)
    const entries = record.kind === 'live' ? record.ipAcl : []
    const networks = entries.map(readNetwork).filter((network) => network !== null)
    return { token, lookupId, record, networks }
  })
}
