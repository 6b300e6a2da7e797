import { describe, expect, it } from 'vitest'
import { authorize, type AuthorizeDeps } from '../../src/gateway/authorize.ts'
import type { KeyRecord, LiveKeyRecord } from '../../src/keys/key-record.ts'

const TOKEN = 'cpk_issued'
const LOOKUP_ID = 'lookup-1'
const CLIENT = '203.0.113.7'

const KEY: LiveKeyRecord = {
  kind: 'live',
  revision: 3,
  keyId: 'key_1',
  accountId: 'acc_1',
  accountStatus: 'active',
  ipAcl: [],
}
const FENCED: LiveKeyRecord = { ...KEY, ipAcl: ['10.0.0.0/8'] }
const OPEN: LiveKeyRecord = { ...KEY, ipAcl: ['203.0.113.0/24'] }
const SUSPENDED: LiveKeyRecord = { ...FENCED, accountStatus: 'suspended' }
const GONE: KeyRecord = { kind: 'gone', revision: 4, keyId: 'key_1' }
const FAULT = new Error('503 Service Unavailable')

const REVOKED = { reason: 'key_revoked' }
const IP_DENIED = { reason: 'ip_denied', clientIp: CLIENT }
const UNAVAILABLE = { reason: 'authentication_unavailable' }
const RATE_LIMITED = { reason: 'rate_limited', retryAfterSeconds: 60 }

describe('authorize()', () => {
  it('grants by the copy alone', async () => {
    const { result, calls } = await authorized({ copy: KEY })
    const address = { family: 4, words: [0xcb007107] }
    expect(result).toEqual({ ok: true, value: { key: KEY, address } })
    expect(calls).toEqual(['verify cpk_issued', 'copy lookup-1'])
  })

  it('reads the truth where there is no copy', async () => {
    const { result, calls } = await authorized({ copy: null, truth: OPEN })
    expect(result).toMatchObject({ ok: true, value: { key: OPEN } })
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
    expect(free.result).toEqual({ ok: true, value: { key: KEY, address: null } })
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
    expect(result).toMatchObject({ ok: true, value: { key: OPEN } })
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

interface Situation {
  readonly headers?: Record<string, string>
  readonly copy: KeyRecord | null | Error
  readonly truth?: KeyRecord | null | Error
  readonly mayRefuse?: boolean | Error
  readonly verify?: Error
}

/** An Error stands for a store that fails; the truth fails unless it is told otherwise. */
function start({ headers, copy, truth = FAULT, mayRefuse = true, verify }: Situation) {
  const calls: string[] = []
  const faults: [string, unknown][] = []
  const deps: AuthorizeDeps = {
    verifyToken(token) {
      calls.push(`verify ${token}`)
      return answer(verify ?? (token === TOKEN ? LOOKUP_ID : null))
    },
    readCopy(lookupId) {
      calls.push(`copy ${lookupId}`)
      return answer(copy)
    },
    readTruth(lookupId) {
      calls.push(`truth ${lookupId}`)
      return answer(truth)
    },
    mayRefuse(lookupId) {
      calls.push(`brake ${lookupId}`)
      return answer(mayRefuse)
    },
    onFault: (fault, error) => faults.push([fault, error]),
  }
  const sent = headers ?? { Authorization: `Token ${TOKEN}`, 'CF-Connecting-IP': CLIENT }
  return { pending: authorize(new Headers(sent), 'req-1', deps), calls, faults }
}

async function authorized(situation: Situation) {
  const { pending, calls, faults } = start(situation)
  return { result: await pending, calls, faults }
}

function answer<T>(value: T | Error): Promise<T> {
  return value instanceof Error ? Promise.reject(value) : Promise.resolve(value)
}
