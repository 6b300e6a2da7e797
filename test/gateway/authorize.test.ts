import { describe, expect, it } from 'vitest'
import { authorize, type AuthorizeDeps } from '../../src/gateway/authorize.ts'
import { formatAddress } from '../../src/keys/address.ts'
import { createAddressWatch } from '../../src/gateway/address-watch.ts'
import { createRefusalBrake } from '../../src/gateway/refusal-brake.ts'
import type { KeyRecord, LiveKeyRecord } from '../../src/keys/key-record.ts'
import { createIsolateCache } from '../../src/stores/isolate-cache.ts'
import {
  AuthorityUnavailableError,
  type Held,
  type Standing,
} from '../../src/stores/key-authority.ts'
import { startTrace } from '../../src/gateway/trace.ts'

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
  ipAclMode: 'enforce',
}
const FENCED: LiveKeyRecord = { ...KEY, ipAcl: ['10.0.0.0/8'] }
const OPEN: LiveKeyRecord = { ...KEY, ipAcl: ['203.0.113.0/24'] }
const SUSPENDED: LiveKeyRecord = { ...FENCED, accountStatus: 'suspended' }
const GONE: KeyRecord = { kind: 'gone', revision: 4, keyId: 'key_1' }
const LATER: Held = { kind: 'unreadable', revision: 9 }
const FAULT = new Error('503 Service Unavailable')

const REVOKED = { reason: 'key_revoked' }
const IP_DENIED = { reason: 'ip_denied', clientIp: CLIENT }
const UNAVAILABLE = { reason: 'authentication_unavailable' }
const RATE_LIMITED = { reason: 'rate_limited', retryAfterSeconds: 60 }

const REQUEST_ID = new Headers({ 'X-Request-Id': 'req-1' })

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
    return grant.ok ? await grant.value.confirm?.() : undefined
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

describe('authorize(), strict', () => {
  const ASKED = ['verify cpk_issued', 'copy lookup-1', 'check 3']
  const NEWER_OPEN = { ...OPEN, revision: 4 }
  const NEWER_FENCED = { ...FENCED, revision: 4 }

  it('grants by the copy, and leaves the authority to be asked beside the upstream', async () => {
    const { result, calls } = await authorized({ copy: OPEN, standing: 'current' })
    expect(calls).toEqual(ASKED.slice(0, 2))
    expect(await confirmation(result)).toBeNull()
    expect(calls).toEqual(ASKED)
  })

  it.each([
    ['gone', GONE, REVOKED],
    ['a tighter ACL', NEWER_FENCED, IP_DENIED],
    [
      'a suspension',
      { ...SUSPENDED, revision: 4 },
      { reason: 'account_inactive', status: 'suspended' },
    ],
    ['an authority that cannot be asked', new AuthorityUnavailableError('timeout'), UNAVAILABLE],
  ])('does not confirm a grant that rests on an old copy: %s', async (_, standing, refusal) => {
    const { result } = await authorized({ copy: OPEN, standing })
    expect(await confirmation(result)).toEqual(refusal)
  })

  it('turns nobody away by an old copy', async () => {
    for (const copy of [FENCED, SUSPENDED]) {
      const { result, calls } = await authorized({ copy, standing: NEWER_OPEN })
      expect(result).toMatchObject({ ok: true, value: { key: { revision: 4 }, confirm: null } })
      expect(calls).toEqual(['verify cpk_issued', 'copy lookup-1', 'brake lookup-1', 'check 3'])
    }
  })

  it('refuses by a copy that is current, counted once', async () => {
    const { result, calls } = await authorized({ copy: FENCED, standing: 'current' })
    expect(result).toEqual({ ok: false, error: IP_DENIED })
    expect(calls.filter((call) => call.startsWith('brake'))).toEqual(['brake lookup-1'])
  })

  it('asks nobody about a key that is gone', async () => {
    const { result, calls } = await authorized({ copy: GONE, standing: 'current' })
    expect(result).toEqual({ ok: false, error: REVOKED })
    expect(calls).toEqual(['verify cpk_issued', 'copy lookup-1', 'brake lookup-1'])
  })

  it('cannot know, and does not say no, where the authority cannot be asked', async () => {
    const standing = new AuthorityUnavailableError('overloaded')
    for (const copy of [FENCED, null, FAULT]) {
      const { result, calls } = await authorized({ copy, standing, truth: FENCED })
      expect(result).toEqual({ ok: false, error: UNAVAILABLE })
      expect(calls.filter((call) => call.startsWith('truth'))).toEqual([])
    }
  })

  it('needs neither KV nor libSQL where the authority holds the record', async () => {
    for (const copy of [null, FAULT]) {
      const { result, calls } = await authorized({ copy, standing: NEWER_OPEN, truth: FAULT })
      expect(result).toMatchObject({ ok: true, value: { confirm: null } })
      expect(calls.slice(2)).toEqual(['check null'])
    }
  })

  it.each([
    ['no copy', null, 'check null'],
    ['a copy', FENCED, 'check 3'],
  ])('reads libSQL where the authority holds nothing, and tells it: %s', async (_, copy, check) => {
    const { result, calls } = await authorized({ copy, standing: 'unknown', truth: NEWER_OPEN })
    expect(result.ok).toBe(true)
    expect(calls.slice(-3)).toEqual([check, 'truth lookup-1', 'seed 4'])
  })

  it.each([
    ['a grant', OPEN, NEWER_FENCED, IP_DENIED],
    ['a grant of a key that was deleted', OPEN, GONE, REVOKED],
  ])('is judged by what the authority then holds: %s', async (_, truth, seeded, error) => {
    const { result } = await authorized({ copy: null, standing: 'unknown', truth, seeded })
    expect(result).toEqual({ ok: false, error })
  })

  it('is judged by libSQL where what the authority holds is of a later form', async () => {
    const situation = { copy: null, standing: 'unknown', truth: FENCED, seeded: LATER } as const
    expect((await authorized(situation)).result).toEqual({ ok: false, error: IP_DENIED })
  })

  it('takes a proven token without any row for a deleted key, and tells nobody', async () => {
    const { result, calls } = await authorized({ copy: OPEN, standing: 'unknown', truth: null })
    expect(await confirmation(result)).toEqual(REVOKED)
    expect(calls.some((call) => call.startsWith('seed'))).toBe(false)
  })

  it('keeps what it learned for the next request of the isolate', async () => {
    const situation = start({ copy: FENCED, standing: NEWER_OPEN })
    await situation.pending
    situation.calls.length = 0
    const again = await situation.again()
    expect(again).toMatchObject({ ok: true, value: { key: { revision: 4 } } })
    expect(situation.calls).toEqual(['verify cpk_issued'])
  })

  it('asks once for all who come while a key has been refused too often', async () => {
    const situation = start({ copy: FENCED, standing: 'current', mayRefuse: false })
    const others = Array.from({ length: 20 }, () => situation.again())
    const results = await Promise.all([situation.pending, ...others])
    expect(new Set(results.map((result) => JSON.stringify(result)))).toEqual(
      new Set([JSON.stringify({ ok: false, error: RATE_LIMITED })]),
    )
    // The first one, and one that began after the others had come.
    expect(situation.calls.filter((call) => call === 'check 3')).toHaveLength(2)
  })

  it('judges nobody by an answer to what was asked before they came', async () => {
    const standings: Standing[] = ['current', NEWER_OPEN]
    const situation = start({ copy: FENCED, standing: () => standings.shift(), mayRefuse: false })
    const later = situation.again()
    expect(await situation.pending).toEqual({ ok: false, error: RATE_LIMITED })
    expect(await later).toMatchObject({ ok: true, value: { key: { revision: 4 } } })
  })

  it('does not take an outage for too many refusals', async () => {
    const standing = new AuthorityUnavailableError('timeout')
    const { result } = await authorized({ copy: FENCED, standing, mayRefuse: false })
    expect(result).toEqual({ ok: false, error: UNAVAILABLE })
  })

  it('lets in who was braked, once the authority knows a newer ACL', async () => {
    const situation = start({ copy: FENCED, standing: NEWER_OPEN, mayRefuse: false })
    expect(await situation.pending).toMatchObject({ ok: true })
  })
})

interface Situation {
  readonly headers?: Record<string, string>
  readonly copy: KeyRecord | null | Error
  readonly truth?: KeyRecord | null | Error
  readonly mayRefuse?: boolean | Error
  readonly verify?: Error
  /** What the authority answers; without it the mode is `bounded`. */
  readonly standing?: Standing | Error | (() => Standing | undefined)
  /** What the authority holds once it was told; what it was told, if left out. */
  readonly seeded?: Held
}

/** An Error stands for a store that fails; the truth fails unless it is told otherwise. */
function start(situation: Situation) {
  const { headers, copy, truth = FAULT, mayRefuse = true, verify, standing, seeded } = situation
  const calls: string[] = []
  const faults: [string, unknown][] = []
  const denials: [string, string | null, boolean][] = []
  const clock = { now: 0 }
  const nowMs = () => clock.now
  const onFault = (fault: string, error: unknown) => void faults.push([fault, error])
  const limiter = {
    async limit({ key }: { key: string }) {
      calls.push(`brake ${key}`)
      return { success: await answer(mayRefuse) }
    },
  }
  const deps: AuthorizeDeps = {
    verifyToken(token) {
      calls.push(`verify ${token}`)
      return answer(verify ?? (token === TOKEN ? LOOKUP_ID : null))
    },
    cache: createIsolateCache({ entries: 10, bytes: 1e6, ttlMs: 60_000 }, nowMs),
    readCopy(lookupId) {
      calls.push(`copy ${lookupId}`)
      return answer(copy)
    },
    readTruth(lookupId) {
      calls.push(`truth ${lookupId}`)
      return answer(truth)
    },
    authorities:
      standing === undefined
        ? null
        : {
            check(_, revision) {
              calls.push(`check ${revision}`)
              return answer(typeof standing === 'function' ? (standing() ?? 'current') : standing)
            },
            seed(_, record) {
              calls.push(`seed ${record.revision}`)
              return answer(seeded ?? record)
            },
          },
    brake: createRefusalBrake({
      limiter,
      later: (promise) => void promise,
      wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
      onFault,
    }),
    addressWatch: createAddressWatch(() => undefined, nowMs),
    denials: {
      note(lookupId, address, enforced) {
        denials.push([lookupId, address === null ? null : formatAddress(address), enforced])
      },
    },
    onFault,
  }
  const sent = headers ?? { Authorization: `Token ${TOKEN}`, 'CF-Connecting-IP': CLIENT }
  const again = () => authorize(new Headers(sent), startTrace(REQUEST_ID, 0), deps)
  return { pending: again(), again, calls, faults, denials, clock }
}

async function authorized(situation: Situation) {
  const { pending, calls, faults } = start(situation)
  return { result: await pending, calls, faults }
}

async function confirmation(result: Awaited<ReturnType<typeof authorize>>) {
  if (!result.ok || result.value.confirm === null) throw new Error('There is nothing to confirm')
  return await result.value.confirm()
}

function answer<T>(value: T | Error): Promise<T> {
  return value instanceof Error ? Promise.reject(value) : Promise.resolve(value)
}
