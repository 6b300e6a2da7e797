import { describe, expect, it } from 'vitest'
import { type Situation, start, startCached, startLeased } from './authorization.ts'
import {
  ALLOWING,
  CLIENT,
  DENYING,
  FAULT,
  GONE,
  grantBy,
  IP_DENIED,
  KEY,
  LOOKUP_ID,
  refusal,
  REPORTING,
  REVOKED,
  SUSPENDED,
  TIMEOUT,
  TOKEN,
} from './samples.ts'

/** The ways to a verdict: no cached record, a cached record without a lease, and one with a lease. */
const WAYS = [
  ['uncached', start],
  ['unleased', startCached],
  ['leased', startLeased],
] as const

describe('authorize(), the credential', () => {
  it.each([
    ['no credential', {}, { reason: 'credential_missing', seen: 'nothing' }],
    [
      'another scheme',
      { Authorization: 'Basic eDp5' },
      { reason: 'credential_missing', seen: 'other_scheme' },
    ],
    [
      'two credentials',
      { Authorization: `Token ${TOKEN}`, 'X-API-Key': TOKEN },
      { reason: 'credential_ambiguous' },
    ],
    ['a forged token', { Authorization: 'Token cpk_forged' }, { reason: 'key_invalid' }],
    ['an empty token', { Authorization: 'Token' }, { reason: 'key_invalid' }],
    ['a longer token', { Authorization: `Token ${TOKEN}x` }, { reason: 'key_invalid' }],
    ['a token and more', { Authorization: `Token ${TOKEN} x` }, { reason: 'key_invalid' }],
  ])('asks no store about %s', async (_, headers, error) => {
    const { judge, calls } = start({ kv: KEY, holds: KEY, headers })
    expect(await judge()).toMatchObject({ result: refusal(error), isImmediate: true })
    expect(calls).toEqual([])
  })

  it('rejects if the token cannot be verified, and asks no store', async () => {
    const { judge, calls } = start({ kv: KEY, holds: KEY, verify: FAULT })
    await expect(judge()).rejects.toBe(FAULT)
    expect(calls).toEqual([])
  })
})

describe.each(WAYS)('authorize(), %s', (_, begin) => {
  it.each([
    ['a deleted key before account and address', GONE, REVOKED],
    ['an account before the address', SUSPENDED, inactive('suspended')],
    ['a pending account', { ...KEY, accountStatus: 'pending' } as const, inactive('pending')],
    ['an address', DENYING, IP_DENIED],
  ])('refuses in order: %s', async (_name, holds, error) => {
    for (const kv of [null, holds]) {
      const { judge } = await begin({ kv, holds })
      expect((await judge()).result).toEqual(refusal(error))
    }
  })

  it('grants, with the address', async () => {
    const { judge } = await begin({ kv: ALLOWING, holds: ALLOWING })
    const address = { family: 4, words: [0xcb007107] }
    const value = { key: { keyId: 'key_1', accountId: 'acc_1' }, address, confirm: null }
    expect((await judge()).result).toMatchObject({ ok: true, value })
  })

  it.each([
    [{}],
    [{ 'CF-Connecting-IP': '' }],
    [{ 'CF-Connecting-IP': '203.0.113.7:443' }],
    [{ 'CF-Connecting-IP': '203.0.113.7, 203.0.113.7' }],
    [{ 'X-Forwarded-For': '203.0.113.7', 'X-Real-IP': '203.0.113.7' }],
  ])('lets in only keys without an ACL if the address is unreadable: %j', async (address) => {
    const headers = { 'X-API-Key': TOKEN, ...address }
    const open = await begin({ kv: KEY, holds: KEY, headers })
    expect((await open.judge()).result).toMatchObject({ ok: true, value: { address: null } })
    const restricted = await begin({ kv: ALLOWING, holds: ALLOWING, headers })
    const error = { reason: 'ip_denied', clientIp: null }
    expect((await restricted.judge()).result).toEqual(refusal(error))
    expect(restricted.denials).toEqual([[LOOKUP_ID, null, true]])
  })

  it('takes an IPv4 address that was mapped for IPv4', async () => {
    const headers = { 'X-API-Key': TOKEN, 'CF-Connecting-IP': `::ffff:${CLIENT}` }
    const allowed = await begin({ kv: ALLOWING, holds: ALLOWING, headers })
    expect((await allowed.judge()).result).toMatchObject(grantBy(3))
    const denied = await begin({ kv: DENYING, holds: DENYING, headers })
    expect((await denied.judge()).result).toEqual(refusal(IP_DENIED))
  })

  it('finds the address that all Workers share on no ACL', async () => {
    const clientIp = '2a06:98c0:3600::103'
    const headers = { 'X-API-Key': TOKEN, 'CF-Connecting-IP': clientIp }
    const holds = { ...KEY, ipAcl: ['::/0', '0.0.0.0/0'] }
    const restricted = await begin({ kv: holds, holds, headers })
    expect((await restricted.judge()).result).toEqual(refusal({ reason: 'ip_denied', clientIp }))
    const open = await begin({ kv: KEY, holds: KEY, headers })
    expect((await open.judge()).result).toMatchObject(grantBy(3))
  })

  it('notes a denial for each final verdict of the IP ACL, once', async () => {
    const denied = await begin({ kv: DENYING, holds: DENYING })
    await denied.judge()
    expect(denied.denials).toEqual([[LOOKUP_ID, CLIENT, true]])
    const reported = await begin({ kv: REPORTING, holds: REPORTING })
    expect((await reported.judge()).result).toMatchObject(grantBy(3))
    expect(reported.denials).toEqual([[LOOKUP_ID, CLIENT, false]])
  })

  it.each([
    ['a client on the ACL', ALLOWING],
    ['a client on an ACL that only reports', { ...ALLOWING, ipAclMode: 'report' as const }],
    ['a key without an ACL', KEY],
    ['a deleted key', GONE],
    ['a suspended account', SUSPENDED],
  ])('notes no denial for %s', async (_name, holds) => {
    const { judge, denials } = await begin({ kv: holds, holds })
    await judge()
    expect(denials).toEqual([])
  })
})

describe('authorize(), denials by a record that is not current', () => {
  it.each([
    [
      'notes none if the authority lets in',
      { kv: DENYING, holds: { ...ALLOWING, revision: 4 } },
      0,
    ],
    ['notes none if nobody can say', { kv: DENYING, holds: TIMEOUT }, 0],
    ['notes one if the authority refuses', { kv: ALLOWING, holds: { ...DENYING, revision: 4 } }, 1],
  ] satisfies [string, Situation, number][])('%s', async (_, situation, count) => {
    const { judge, denials } = start(situation)
    await judge()
    expect(denials).toHaveLength(count)
  })
})

function inactive(status: 'suspended' | 'pending') {
  return { reason: 'account_inactive', status }
}
