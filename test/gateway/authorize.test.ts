import { describe, expect, it } from 'vitest'
import type { authorize } from '../../src/gateway/authorize.ts'
import type { LiveKeyRecord } from '../../src/keys/key-record.ts'
import {
  LOOKUP_ID,
  CLIENT,
  FAULT,
  FENCED,
  GONE,
  IP_DENIED,
  KEY,
  OPEN,
  RATE_LIMITED,
  REVOKED,
  SUSPENDED,
  TOKEN,
  UNAVAILABLE,
  authorized,
  start,
} from './authorization.ts'

describe('authorize()', () => {
  it('grants by the copy alone', async () => {
    const { result, calls } = await authorized({ copy: KEY })
    const address = { family: 4, words: [0xcb007107] }
    expect(result).toMatchObject({
      ok: true,
      value: { key: { keyId: 'key_1' }, address, confirm: null },
    })
    expect(calls).toEqual(['verify cpk_issued', 'copy lookup-1'])
  })

  it('reads the truth where there is no copy', async () => {
    const { result, calls } = await authorized({ copy: null, truth: OPEN })
    expect(result).toMatchObject({ ok: true, value: { key: { keyId: 'key_1' } } })
    expect(calls).toEqual(['verify cpk_issued', 'copy lookup-1', 'truth lookup-1'])
  })

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
  ])('refuses %s before it looks at any token', async (_, headers, error) => {
    const { result, calls } = await authorized({ copy: KEY, headers })
    expect(result).toEqual({ ok: false, error })
    expect(calls).toEqual([])
  })

  it.each(['Token cpk_forged', 'Token', `Token ${TOKEN}x`, `Token ${TOKEN} x`])(
    'asks no store and no brake about a forged token: %s',
    async (authorization) => {
      const headers = { Authorization: authorization, 'CF-Connecting-IP': CLIENT }
      const { result, calls } = await authorized({ copy: KEY, truth: KEY, headers })
      expect(result).toEqual({ ok: false, error: { reason: 'key_invalid' } })
      expect(calls).toEqual([`verify ${authorization.slice('Token '.length)}`])
    },
  )

  it('rejects where the token cannot be judged, and asks nothing more', async () => {
    const { pending, calls } = start({ copy: KEY, verify: FAULT })
    await expect(pending).rejects.toBe(FAULT)
    expect(calls).toEqual([`verify ${TOKEN}`])
  })

  it.each([
    ['gone before account and address', GONE, REVOKED],
    ['account before address', SUSPENDED, { reason: 'account_inactive', status: 'suspended' }],
    [
      'a pending account',
      { ...KEY, accountStatus: 'pending' } as const,
      { reason: 'account_inactive', status: 'pending' },
    ],
    ['address', FENCED, IP_DENIED],
  ])('refuses in order, whichever store says so: %s', async (_, record, error) => {
    const byCopy = await authorized({ copy: record, truth: OPEN })
    expect(byCopy.result).toEqual({ ok: false, error })
    expect(byCopy.calls).toEqual(['verify cpk_issued', 'copy lookup-1', 'brake lookup-1'])
    const byTruth = await authorized({ copy: null, truth: record })
    expect(byTruth.result).toEqual({ ok: false, error })
    expect(byTruth.calls.slice(2)).toEqual(['truth lookup-1', 'brake lookup-1'])
  })

  it('takes a proven token without any row for a deleted key', async () => {
    const { result } = await authorized({ copy: null, truth: null })
    expect(result).toEqual({ ok: false, error: REVOKED })
  })
})

describe('authorize(), the address', () => {
  const headersFrom = (address: Record<string, string>) => ({ 'X-API-Key': TOKEN, ...address })

  it.each([
    [{}],
    [{ 'CF-Connecting-IP': '' }],
    [{ 'CF-Connecting-IP': '203.0.113.7:443' }],
    [{ 'CF-Connecting-IP': '203.0.113.7, 203.0.113.7' }],
    [{ 'X-Forwarded-For': '203.0.113.7', 'X-Real-IP': '203.0.113.7' }],
  ])('lets a key without an ACL in, and no other, where it cannot be read: %j', async (address) => {
    const headers = headersFrom(address)
    const free = await authorized({ copy: KEY, headers })
    expect(free.result).toMatchObject({
      ok: true,
      value: { key: { keyId: 'key_1' }, address: null },
    })
    const fenced = await authorized({ copy: OPEN, headers })
    const error = { reason: 'ip_denied', clientIp: null }
    expect(fenced.result).toEqual({ ok: false, error })
  })

  it('is IPv4 where it was mapped', async () => {
    const headers = headersFrom({ 'CF-Connecting-IP': '::ffff:203.0.113.7' })
    expect((await authorized({ copy: OPEN, headers })).result.ok).toBe(true)
    expect((await authorized({ copy: FENCED, headers })).result).toEqual({
      ok: false,
      error: IP_DENIED,
    })
  })

  it('fails every ACL where it is the one that all Workers share', async () => {
    const clientIp = '2a06:98c0:3600::103'
    const headers = headersFrom({ 'CF-Connecting-IP': clientIp })
    const copy = { ...KEY, ipAcl: ['::/0', '0.0.0.0/0'] }
    const error = { reason: 'ip_denied', clientIp }
    expect((await authorized({ copy, headers })).result).toEqual({ ok: false, error })
    expect((await authorized({ copy: KEY, headers })).result.ok).toBe(true)
  })
})

describe('authorize(), outages', () => {
  it('reads the truth where KV fails', async () => {
    const { result, calls, faults } = await authorized({ copy: FAULT, truth: OPEN })
    expect(result).toMatchObject({ ok: true, value: { key: { keyId: 'key_1' } } })
    expect(calls).toEqual(['verify cpk_issued', 'copy lookup-1', 'truth lookup-1'])
    expect(faults).toEqual([['kv_read', FAULT]])
  })

  it.each([
    ['refuses by what the truth says', FENCED, IP_DENIED],
    ['refuses a token without a row', null, REVOKED],
  ])('%s where KV fails', async (_, truth, error) => {
    const { result } = await authorized({ copy: FAULT, truth })
    expect(result).toEqual({ ok: false, error })
  })

  it.each([
    ['there is no copy', null, ['libsql']],
    ['KV fails too', FAULT, ['kv_read', 'libsql']],
  ])('cannot know, and does not say no, where libSQL fails and %s', async (_, copy, kinds) => {
    const { result, calls, faults } = await authorized({ copy, truth: FAULT })
    expect(result).toEqual({ ok: false, error: UNAVAILABLE })
    expect(faults.map(([kind]) => kind)).toEqual(kinds)
    expect(calls.filter((call) => call.startsWith('brake'))).toEqual([])
  })

  it('needs no libSQL where there is a copy', async () => {
    const { result, faults } = await authorized({ copy: KEY, truth: FAULT })
    expect(result.ok).toBe(true)
    expect(faults).toEqual([])
  })
})

describe('authorize(), the denials that it notes', () => {
  const REPORTING: LiveKeyRecord = { ...FENCED, ipAclMode: 'report' }

  it('are final refusals by the IP ACL', async () => {
    const byCopy = start({ copy: FENCED })
    expect(await byCopy.pending).toEqual({ ok: false, error: IP_DENIED })
    expect(byCopy.denials).toEqual([[LOOKUP_ID, CLIENT, true]])
    const byAuthority = start({ copy: OPEN, standing: FENCED })
    expect(await confirmed(byAuthority)).toEqual(IP_DENIED)
    expect(byAuthority.denials).toEqual([[LOOKUP_ID, CLIENT, true]])
  })

  it('are what an ACL that only reports lets through, once that is final', async () => {
    const bounded = start({ copy: REPORTING })
    expect(await bounded.pending).toMatchObject({ ok: true })
    expect(bounded.denials).toEqual([[LOOKUP_ID, CLIENT, false]])

    const strict = start({ copy: REPORTING, standing: 'current' })
    await strict.pending
    expect(strict.denials).toEqual([])
    expect(await confirmed(strict)).toBeNull()
    expect(strict.denials).toEqual([[LOOKUP_ID, CLIENT, false]])
  })

  it('name an unreadable address null', async () => {
    const headers = { 'X-API-Key': TOKEN, 'CF-Connecting-IP': 'nonsense' }
    const { pending, denials } = start({ copy: FENCED, headers })
    await pending
    expect(denials).toEqual([[LOOKUP_ID, null, true]])
  })

  it.each([
    ['a client on the ACL', { copy: OPEN }],
    ['a client on an ACL that only reports', { copy: { ...OPEN, ipAclMode: 'report' as const } }],
    ['a key without an ACL', { copy: KEY }],
    ['a deleted key', { copy: GONE }],
    ['a suspended account', { copy: SUSPENDED }],
    ['what the brake keeps back', { copy: FENCED, mayRefuse: false }],
    ['what the authority lets in', { copy: FENCED, standing: OPEN }],
    ['what cannot be known', { copy: FENCED, standing: FAULT }],
  ])('are none for %s', async (_, situation) => {
    const { pending, denials } = start(situation)
    await pending
    expect(denials).toEqual([])
  })

  async function confirmed({ pending }: { pending: ReturnType<typeof authorize> }) {
    const grant = await pending
    const judged = grant.ok ? await grant.value.confirm?.() : undefined
    return judged?.ok === false ? judged.error : null
  }
})

describe('authorize(), the brake', () => {
  it.each([
    ['a deleted key', GONE],
    ['a suspended account', SUSPENDED],
    ['a denied address', FENCED],
  ])('answers for %s once it has been refused too often', async (_, copy) => {
    const { result, calls } = await authorized({ copy, mayRefuse: false })
    expect(result).toEqual({ ok: false, error: RATE_LIMITED })
    expect(calls.at(-1)).toBe('brake lookup-1')
  })

  it('never stops a request that is allowed, nor counts it', async () => {
    for (const copy of [KEY, OPEN]) {
      const { result, calls } = await authorized({ copy, mayRefuse: false })
      expect(result.ok).toBe(true)
      expect(calls).toEqual(['verify cpk_issued', 'copy lookup-1'])
    }
  })

  it('leaves the refusal as it is where it fails', async () => {
    const { result, faults } = await authorized({ copy: FENCED, mayRefuse: FAULT })
    expect(result).toEqual({ ok: false, error: IP_DENIED })
    expect(faults).toEqual([['brake', FAULT]])
  })
})
