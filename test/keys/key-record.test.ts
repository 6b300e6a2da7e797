import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ACCOUNT_STATUSES,
  decodeKeyRecord,
  encodeKeyRecord,
  IP_ACL_MODES,
  type KeyRecord,
  UNRESTRICTED,
} from '../../src/keys/key-record.ts'
import { WINDOW_SECONDS } from '../../src/keys/rate-limit.ts'
import { anyText } from '../../harness/ip-oracle.ts'

const LIVE = {
  format: 1,
  revision: 7,
  key_id: 'key_1',
  account_id: 'acc_1',
  account_status: 'active',
  ip_acl: ['10.0.0.0/8'],
}
const GONE = { format: 1, revision: 8, key_id: 'key_1', gone: true }

const anyLimit = fc.record({
  requests: fc.integer({ min: 1 }),
  perSeconds: fc.constantFrom(...WINDOW_SECONDS),
})

const anyRecord: fc.Arbitrary<KeyRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('live' as const),
    revision: fc.maxSafeNat(),
    keyId: fc.string(),
    accountId: fc.string(),
    accountStatus: fc.constantFrom(...ACCOUNT_STATUSES),
    ipAcl: fc.array(fc.string()),
    ipAclMode: fc.constantFrom(...IP_ACL_MODES),
    enabled: fc.boolean(),
    isLeaked: fc.boolean(),
    expiresAtMs: fc.option(fc.maxSafeNat()),
    endsAtMs: fc.option(fc.maxSafeNat()),
    rateLimit: fc.option(anyLimit),
    accountRateLimit: fc.option(anyLimit),
    windowsAt: fc.option(fc.string()),
  }),
  fc.record({
    kind: fc.constant('tombstone' as const),
    revision: fc.maxSafeNat(),
    keyId: fc.string(),
    replacedAtMs: fc.option(fc.maxSafeNat()),
  }),
)

describe('decodeKeyRecord()', () => {
  it('reads what encodeKeyRecord() writes', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(decodeKeyRecord(encodeKeyRecord(record))).toEqual(record)
      }),
    )
  })

  // What is in KV outlives the code that wrote it, so the stored form is pinned.
  it('reads the stored form of a live key', () => {
    expect(decodeKeyRecord(JSON.stringify(LIVE))).toEqual({
      kind: 'live',
      revision: 7,
      keyId: 'key_1',
      accountId: 'acc_1',
      accountStatus: 'active',
      ipAcl: ['10.0.0.0/8'],
      ipAclMode: 'enforce',
      ...UNRESTRICTED,
    })
  })

  it.each([
    ['enforce', 'enforce'],
    ['report', 'report'],
    ['off', 'enforce'],
    ['REPORT', 'enforce'],
    [['report'], 'enforce'],
    [null, 'enforce'],
  ])('reads the mode %j as %s: an unknown one lets nobody in', (mode, ipAclMode) => {
    const text = JSON.stringify({ ...LIVE, ip_acl_mode: mode })
    expect(decodeKeyRecord(text)).toMatchObject({ kind: 'live', ipAclMode })
  })

  it('reads the stored form of a deleted key', () => {
    const gone = { kind: 'tombstone', revision: 8, keyId: 'key_1', replacedAtMs: null }
    expect(decodeKeyRecord(JSON.stringify(GONE))).toEqual(gone)
  })

  it('ignores members that a later version may add', () => {
    for (const stored of [LIVE, GONE]) {
      const plain = decodeKeyRecord(JSON.stringify(stored))
      const later = { ...stored, member_of_later: 'x', nested: { gone: true } }
      expect(decodeKeyRecord(JSON.stringify(later))).toEqual(plain)
    }
  })

  it.each([
    ['an empty text', ''],
    ['a word', 'gone'],
    ['null', 'null'],
    ['true', 'true'],
    ['a number', '1'],
    ['a text', '"live"'],
    ['a list', '[]'],
    ['an object without members', '{}'],
    ['half an object', '{"format":1,"revision":7'],
    ['two objects', '{}{}'],
  ])('answers null to %s', (_, text) => {
    expect(decodeKeyRecord(text)).toBeNull()
  })

  it.each([
    ['another format', { ...LIVE, format: 4 }],
    ['a format that is a text', { ...LIVE, format: '1' }],
    ['no format', { ...LIVE, format: undefined }],
    ['another format, gone', { ...GONE, format: 4 }],
    ['no revision', { ...LIVE, revision: undefined }],
    ['a revision that is a text', { ...LIVE, revision: '7' }],
    ['no revision, gone', { ...GONE, revision: null }],
    ['no key id', { ...LIVE, key_id: undefined }],
    ['no key id, gone', { ...GONE, key_id: undefined }],
    ['no account id', { ...LIVE, account_id: undefined }],
    ['no account status', { ...LIVE, account_status: undefined }],
    ['an unknown account status', { ...LIVE, account_status: 'closed' }],
    ['an account status in capitals', { ...LIVE, account_status: 'ACTIVE' }],
    // An ACL that cannot be read must never pass for none, which lets everybody in.
    ['no ACL', { ...LIVE, ip_acl: undefined }],
    ['an ACL of null', { ...LIVE, ip_acl: null }],
    ['an ACL that is a text', { ...LIVE, ip_acl: '10.0.0.0/8' }],
    ['an ACL that is an object', { ...LIVE, ip_acl: {} }],
    ['an ACL with a number', { ...LIVE, ip_acl: ['10.0.0.0/8', 5] }],
    // Nor a limit for none.
    ['a limit that is a number', { ...LIVE, rate_limit: 5 }],
    ['a limit without a time', { ...LIVE, rate_limit: [5] }],
    ['a limit of nothing', { ...LIVE, account_rate_limit: [0, 60] }],
    ['a limit of texts', { ...LIVE, account_rate_limit: ['5', '60'] }],
    ['windows at a number', { ...LIVE, windows_at: 5 }],
    ['gone that is not true', { ...GONE, gone: 'true' }],
  ])('answers null to a record with %s', (_, stored) => {
    expect(decodeKeyRecord(JSON.stringify(stored))).toBeNull()
  })

  it('answers null to any other text, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.json()), (text) => {
        expect(decodeKeyRecord(text)).toBeNull()
      }),
    )
  })

  it('reads no record that was cut short', () => {
    for (const stored of [LIVE, GONE]) {
      const text = JSON.stringify(stored)
      for (let length = 0; length < text.length; length++) {
        expect(decodeKeyRecord(text.slice(0, length))).toBeNull()
      }
    }
  })
})

describe('encodeKeyRecord()', () => {
  it('leaves nothing of a deleted key but its id and revision', () => {
    const text = encodeKeyRecord({
      kind: 'tombstone',
      revision: 8,
      keyId: 'key_1',
      replacedAtMs: null,
    })
    expect(JSON.parse(text)).toEqual(GONE)
  })
})
