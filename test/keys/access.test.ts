import { describe, expect, it } from 'vitest'
import { compileKey, evaluateAccess, isOffIpAcl } from '../../src/keys/access.ts'
import { toStored } from '../../src/keys/stored-record.ts'
import { parseAddress, unmapAddress } from '../../src/keys/address.ts'
import { type KeyRecord, type LiveKeyRecord, UNRESTRICTED } from '../../src/keys/key-record.ts'

const NOW = 1_800_000_000_000

const KEY: LiveKeyRecord = {
  kind: 'live',
  revision: 1,
  keyId: 'key_1',
  accountId: 'acc_1',
  accountStatus: 'active',
  ipAcl: [],
  ipAclMode: 'enforce',
  ...UNRESTRICTED,
}
const FENCED: LiveKeyRecord = { ...KEY, ipAcl: ['10.0.0.0/8', '2001:db8::/32'] }

describe('evaluateAccess()', () => {
  it.each([['203.0.113.7'], ['2001:db8::1'], ['2a06:98c0:3600::103'], [null]])(
    'lets a key without an ACL in from %s',
    (client) => {
      expect(accessOf(KEY, client)).toEqual({
        ok: true,
        value: compileKey(toStored(KEY)),
      })
    },
  )

  it.each([['10.1.2.3'], ['::ffff:10.1.2.3'], ['2001:db8::1']])(
    'lets a client on the ACL in: %s',
    (client) => {
      expect(accessOf(FENCED, client)).toEqual({
        ok: true,
        value: compileKey(toStored(FENCED)),
      })
    },
  )

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:DB9:0:0::1', '2001:db9::1'],
    ['::10.1.2.3', '::a01:203'],
    [null, null],
  ])('refuses %s and names the address it saw', (client, clientIp) => {
    const error = { reason: 'ip_denied', clientIp }
    expect(accessOf(FENCED, client)).toEqual({ ok: false, error })
  })

  it.each([['10.1.2.3'], ['203.0.113.7'], ['2a06:98c0:3600::103'], [null]])(
    'lets in from %s where the ACL only reports',
    (client) => {
      const key: LiveKeyRecord = { ...FENCED, ipAclMode: 'report' }
      expect(accessOf(key, client)).toEqual({
        ok: true,
        value: compileKey(toStored(key)),
      })
    },
  )

  it('refuses the address that all Workers share, however wide the ACL', () => {
    const wide = { ...KEY, ipAcl: ['0.0.0.0/0', '::/0'] }
    const clientIp = '2a06:98c0:3600::103'
    const error = { reason: 'ip_denied', clientIp }
    expect(accessOf(wide, clientIp)).toEqual({ ok: false, error })
  })

  it.each(['pending', 'suspended'] as const)(
    'refuses a key of a %s account before it looks at the address',
    (status) => {
      const error = { reason: 'account_inactive', status }
      for (const ipAcl of [[], FENCED.ipAcl]) {
        const key = { ...KEY, accountStatus: status, ipAcl }
        expect(accessOf(key, '203.0.113.7')).toEqual({ ok: false, error })
        expect(accessOf(key, null)).toEqual({ ok: false, error })
      }
    },
  )

  it('refuses a deleted key before all else', () => {
    const gone = { kind: 'tombstone', revision: 2, keyId: 'key_1', replacedAtMs: null } as const
    const error = { reason: 'key_revoked' }
    expect(accessOf(gone, null)).toEqual({ ok: false, error })
    expect(accessOf(gone, '10.1.2.3')).toEqual({ ok: false, error })
  })
})

function accessOf(record: KeyRecord, client: string | null) {
  const address = parseAddress(client ?? '')
  return evaluateAccess(
    compileKey(toStored(record)),
    address === null ? null : unmapAddress(address),
    NOW,
  )
}

describe('evaluateAccess() of a key with a state', () => {
  const ended = { ...KEY, endsAtMs: NOW }
  it.each([
    ['key_expired', { ...KEY, expiresAtMs: NOW }, { atMs: NOW }],
    ['key_replaced', ended, { atMs: NOW }],
    ['key_disabled', { ...KEY, enabled: false }, { isLeaked: false }],
    ['key_disabled', { ...KEY, enabled: false, isLeaked: true }, { isLeaked: true }],
  ])('is %s before it looks at the address', (reason, record, about) => {
    const fenced = { ...record, ipAcl: FENCED.ipAcl }
    expect(accessOf(fenced, null)).toEqual({ ok: false, error: { reason, ...about } })
  })

  it('is key_replaced for the tombstone of a token that has ended', () => {
    const gone = { kind: 'tombstone', revision: 2, keyId: 'key_1', replacedAtMs: 7 } as const
    expect(accessOf(gone, null)).toEqual({ ok: false, error: { reason: 'key_replaced', atMs: 7 } })
  })
})

describe('isOffIpAcl()', () => {
  it.each([
    ['a key without an ACL', KEY, '203.0.113.7', false],
    ['a key without an ACL', KEY, null, false],
    ['a key with one', FENCED, '10.1.2.3', false],
    ['a key with one', FENCED, '203.0.113.7', true],
    ['a key with one', FENCED, null, true],
    ['a key whose ACL only reports', { ...FENCED, ipAclMode: 'report' as const }, null, true],
  ])('judges %s', (_, record, client, off) => {
    const key = compileKey(toStored(record))
    const address = parseAddress(client ?? '')
    expect(key.kind === 'live' && isOffIpAcl(key, address)).toBe(off)
  })
})
