// The limits of keys: never more than a window has, at all locations together, counted where it matters, at the
// upstream.

import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GATEWAY } from '../../harness/worker.ts'
import type { HttpAnswer } from '../../harness/http.ts'
import { apiKeys } from '../../src/db/schema/api-keys.ts'
import { PASSWORD } from '../edge/fixtures.ts'
import { type KeysInUse, type OwnKey, startKeysInUse, type Use } from '../support/keys-in-use.ts'
import { sendRaw } from '../support/raw.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({
    variables: { LEASE_MS: '1000' },
    gateways: {
      far: { LEASE_MS: '1000' },
      unleased: { LEASE_MS: '0' },
      grace: { OUTAGE_GRACE_S: '3600' },
    },
  })
})
afterAll(() => keys.rig.stop())
afterEach(async () => {
  await keys.rig.authorities({ fault: 'none' })
  keys.rig.upstream.answerWith(undefined)
  keys.rig.upstream.reset()
})

const HOUR = 3_600
/** A window that ends within a test that takes a minute would begin anew. */
const DAY = 86_400

async function limited(requests: number, per_seconds = DAY): Promise<OwnKey> {
  const key = await keys.newKey()
  await setLimit(key, requests, per_seconds)
  return key
}

async function setLimit(key: OwnKey, requests: number, per_seconds = DAY) {
  const answer = await keys.call(key, 'PATCH', { rate_limit: { requests, per_seconds } })
  expect(answer.status).toBe(200)
}

async function setCeiling(key: OwnKey, rate_limit: object | null) {
  const answer = await keys.rig.operator('PATCH', `/accounts/${key.accountId}`, { rate_limit })
  expect(answer.status).toBe(200)
  return answer
}

const statusesOf = (answers: readonly HttpAnswer[]) => {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** Uses the key one request after the other. */
async function useInTurn(key: OwnKey, count: number, use?: Use): Promise<HttpAnswer[]> {
  const answers: HttpAnswer[] = []
  while (answers.length < count) answers.push(await keys.use(key, use))
  return answers
}

async function useAtOnce(key: OwnKey, count: number, at: readonly string[]): Promise<HttpAnswer[]> {
  const uses = Array.from({ length: count }, (_, i) => at[i % at.length] ?? GATEWAY)
  return await Promise.all(uses.map((one) => keys.use(key, { at: one })))
}

const upstreamCount = () => keys.rig.upstream.received.length

describe('a key with a limit', () => {
  it('is let through so many times, and told each time what is left', async () => {
    const key = await limited(3)
    const answers = await useInTurn(key, 5)
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429])
    expect(upstreamCount()).toBe(3)
    expect(answers.map(({ headers }) => headers['ratelimit-policy'])).toEqual(
      Array(5).fill('"key";q=3;w=86400'),
    )
    const left = answers.map(({ headers }) => String(headers['ratelimit']))
    expect(left.map((text) => /^"key";r=(\d+);t=(\d+)$/.exec(text)?.[1])).toEqual([
      '2',
      '1',
      '0',
      '0',
      '0',
    ])
  })

  it('is rate_limited then, and told for how long', async () => {
    const key = await limited(1)
    await keys.use(key)
    const { status, headers, json } = await keys.use(key)
    expect(status).toBe(429)
    const retryAfter = Number(headers['retry-after'])
    expect(retryAfter).toBeGreaterThan(DAY - 60)
    expect(retryAfter).toBeLessThanOrEqual(DAY)
    expect(json).toMatchObject({
      code: 'rate_limited',
      status: 429,
      'violated-policies': ['key'],
      detail: expect.stringContaining('1 request in 86400 s'),
    })
    expect(headers['access-control-expose-headers']).toContain('Retry-After')
    expect(headers['access-control-expose-headers']).toContain('RateLimit, RateLimit-Policy')
    expect(headers['cache-control']).toBe('no-store')
  })

  it('is let through again in the next window, after Retry-After', async () => {
    const key = await limited(2, 1)
    let answers = await useInTurn(key, 3)
    while (statusesOf(answers)[429] === undefined) answers = await useInTurn(key, 3)
    const retryAfter = Number(answers.at(-1)?.headers['retry-after'])
    expect(retryAfter).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, retryAfter * 1_000))
    expect((await keys.use(key)).status).toBe(200)
  })

  it.each([[[GATEWAY]], [['unleased']], [[GATEWAY, 'far', 'unleased']]])(
    'has one window for all requests at once: %j',
    async (at) => {
      const key = await limited(20)
      const first = await useAtOnce(key, 60, at)
      expect(statusesOf(first)).toEqual({ 200: 20, 429: 40 })
      expect(upstreamCount()).toBe(20)
    },
  )

  it('holds while its clients keep it in use', async () => {
    const key = await limited(200)
    const clients = [GATEWAY, 'far', 'unleased'].flatMap((at) => [at, at])
    const answers = await Promise.all(clients.map((at) => useInTurn(key, 60, { at })))
    const counts = statusesOf(answers.flat())
    expect(counts[200]).toBe(upstreamCount())
    expect(counts[200]).toBeLessThanOrEqual(200)
    expect(counts[200]).toBeGreaterThan(150)
    expect((counts[200] ?? 0) + (counts[429] ?? 0)).toBe(360)
  })

  it('spends nothing for what is refused', async () => {
    const key = await limited(2)
    expect((await keys.call(key, 'PATCH', { ip_acl: ['198.51.100.0/24'] })).status).toBe(200)
    const denied = await keys.use(key)
    expect(denied.status).toBe(403)
    expect(denied.headers['ratelimit']).toBe('"key";r=2;t=86400')
    expect(denied.headers['ratelimit-policy']).toBe('"key";q=2;w=86400')
    await keys.call(key, 'PATCH', { ip_acl: [] })
    expect((await useInTurn(key, 3)).map(({ status }) => status)).toEqual([200, 200, 429])
  })

  it('spends nothing for what cannot be forwarded', async () => {
    const key = await limited(1)
    const head = `POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: ${key.token}\r\nConnection: close\r\n`
    const parts = [`${head}Content-Length: 9007199254740993\r\n\r\nbody`]
    const malformed = await sendRaw(keys.rig.url, { parts })
    expect(malformed).toMatch(/^HTTP\/1\.1 400 /)
    expect(malformed).toContain('"key";r=1;t=86400')
    expect((await useInTurn(key, 2)).map(({ status }) => status)).toEqual([200, 429])
  })

  it('tells its limit beside those of the upstream', async () => {
    const key = await limited(5)
    keys.rig.upstream.answerWith((_, response) => {
      response.setHeader('RateLimit-Policy', '"burst";q=10;w=1')
      response.setHeader('RateLimit', '"burst";r=9;t=1')
      response.setHeader('Access-Control-Allow-Origin', '*')
      response.end()
    })
    const { headers } = await keys.use(key)
    expect(headers['ratelimit-policy']).toBe('"burst";q=10;w=1, "key";q=5;w=86400')
    expect(headers['ratelimit']).toBe('"burst";r=9;t=1, "key";r=4;t=86400')
    expect(headers['access-control-expose-headers']).toBe('RateLimit, RateLimit-Policy')
  })

  it('sends no GET on before it may', async () => {
    const key = await limited(1)
    await keys.use(key, { at: 'unleased' })
    keys.rig.upstream.reset()
    for (const { status } of await useInTurn(key, 5, { at: 'unleased' })) expect(status).toBe(429)
    expect(upstreamCount()).toBe(0)
  })

  it('asks its authority no more once it is met, while a lease runs', async () => {
    const key = await limited(1)
    await useInTurn(key, 5)
    await keys.lease(key)
    const before = (await keys.callsOf(key)).length
    expect(statusesOf(await useInTurn(key, 30))).toEqual({ 429: 30 })
    expect((await keys.callsOf(key)).length - before).toBeLessThan(10)
  })

  it('is let through no more while its authority cannot be asked', async () => {
    const key = await limited(100)
    await useInTurn(key, 3, { at: 'grace' })
    keys.rig.upstream.reset()
    await keys.rig.authorities({ at: 'grace', fault: 'unreachable' })
    const refused = await useInTurn(key, 3, { at: 'grace' })
    expect(refused.at(-1)?.status).toBe(503)
    expect(refused.at(-1)?.json).toMatchObject({ code: 'authentication_unavailable' })
    expect(refused.at(-1)?.headers['ratelimit-policy']).toBe('"key";q=100;w=86400')
    expect(refused.at(-1)?.headers['retry-after']).toBeDefined()
  })

  it('is counted as refused in its use', async () => {
    const key = await limited(1)
    await useInTurn(key, 3, { at: 'unleased' })
    const hasBoth = async () => {
      const { json } = await keys.call(key, 'GET', undefined, { path: '/usage' })
      return (json['buckets'] as { allowed: number; refused: object }[])[0]
    }
    await expect
      .poll(hasBoth, { timeout: 20_000 })
      .toMatchObject({ allowed: 1, refused: { rate_limited: 2 } })
  })
})

describe('the rate_limit of a key', () => {
  it('is set with the key, shown everywhere, and in the audit', async () => {
    const key = await limited(7, 10)
    const rate_limit = { requests: 7, per_seconds: 10 }
    expect((await keys.call(key, 'GET')).json).toMatchObject({ rate_limit })
    const headers = { Cookie: key.cookie, 'Content-Type': 'application/json' }
    const made = { application_name: 'CRM', platform: 'web', password: PASSWORD }
    const created = await keys.rig.send('/admin/api/v1/keys', {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...made, rate_limit }),
    })
    expect(created.status).toBe(201)
    expect(created.json).toMatchObject({ rate_limit })
    const { json } = await keys.rig.send('/admin/api/v1/audit', { headers })
    expect(json['events']).toMatchObject([
      { action: 'key.create', changes: { rate_limit: [null, rate_limit] } },
      { action: 'key.update', changes: { rate_limit: [null, rate_limit] } },
    ])
    const wrong = await keys.call(key, 'PATCH', { rate_limit: { requests: 0, per_seconds: 5 } })
    expect(wrong.status).toBe(422)
    expect(wrong.json).toMatchObject({
      errors: [{ pointer: '/rate_limit/requests' }, { pointer: '/rate_limit/per_seconds' }],
    })
  })

  it('is not readable for a version that knows no limits, which then answers 503', async () => {
    const key = await limited(7)
    const sealed = async () => {
      const columns = { sealedToken: apiKeys.sealedToken }
      return (await keys.db.select(columns).from(apiKeys).where(eq(apiKeys.id, key.id)))[0]
    }
    expect(await sealed()).toEqual({ sealedToken: null })
    await keys.call(key, 'PATCH', { rate_limit: null })
    expect(await sealed()).toEqual({ sealedToken: expect.any(String) })
    await setCeiling(key, { requests: 7, per_seconds: DAY })
    expect(await sealed()).toEqual({ sealedToken: null })
  })
})

describe('the limit of a key that is rotated', () => {
  it('is one for both tokens, and goes on when the old one has ended', async () => {
    const key = await limited(4)
    const cookie = key.cookie
    await keys.use(key)
    const rotate = async (overlap_seconds: number) => {
      const answer = await keys.call(
        key,
        'POST',
        { overlap_seconds, password: PASSWORD },
        { path: '/rotation' },
      )
      expect(answer.status).toBe(201)
      return { ...key, cookie, token: String(answer.json['access_token']) }
    }
    const second = await rotate(3_600)
    expect((await keys.use(second)).headers['ratelimit']).toMatch(/^"key";r=2;/)
    expect((await keys.use(key, { at: 'far' })).headers['ratelimit']).toMatch(/^"key";r=1;/)
    await keys.call(key, 'DELETE', undefined, { path: '/rotation' })
    expect((await keys.use(key)).json).toMatchObject({ code: 'key_replaced' })
    const third = await rotate(0)
    expect((await useInTurn(third, 2)).map(({ status }) => status)).toEqual([200, 429])
  })
})

describe('a limit that changes', () => {
  it('holds for the next request, and keeps what was spent in the window', async () => {
    const key = await limited(3)
    await useInTurn(key, 4)
    await setLimit(key, 5)
    expect((await useInTurn(key, 3)).map(({ status }) => status)).toEqual([200, 200, 429])
    await setLimit(key, 2)
    expect((await keys.use(key)).status).toBe(429)
    expect((await keys.call(key, 'PATCH', { rate_limit: null })).status).toBe(200)
    const free = await keys.use(key)
    expect([free.status, free.headers['ratelimit']]).toEqual([200, undefined])
  })

  it('begins a window of its own with another length', async () => {
    const key = await limited(1)
    await useInTurn(key, 2)
    await setLimit(key, 1, HOUR)
    expect((await useInTurn(key, 2)).map(({ status }) => status)).toEqual([200, 429])
    await setLimit(key, 1)
    expect((await keys.use(key)).status).toBe(429)
  })
})

describe('the limit that an account has for each of its keys', () => {
  it('holds beside that of the key, whichever is met first', async () => {
    const key = await limited(2)
    const set = await setCeiling(key, { requests: 3, per_seconds: HOUR })
    expect(set.json).toMatchObject({
      rate_limit: { requests: 3, per_seconds: HOUR },
      enforcement: { effective_at: expect.any(String) },
    })
    const [first] = await useInTurn(key, 2)
    expect(first?.headers['ratelimit-policy']).toBe('"key";q=2;w=86400, "account";q=3;w=3600')
    expect(first?.headers['ratelimit']).toMatch(/^"key";r=1;t=86400, "account";r=2;t=3600$/)
    expect((await keys.use(key)).json).toMatchObject({ 'violated-policies': ['key'] })
    await setLimit(key, 9)
    expect((await keys.use(key)).status).toBe(200)
    const refused = await keys.use(key)
    expect(refused.json).toMatchObject({ 'violated-policies': ['account'] })
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(HOUR)
  })

  it('is counted for each key, and reaches all of them', async () => {
    const [one, two] = await keys.newKeys(2)
    if (one === undefined || two === undefined) throw new Error('there are two keys')
    await useInTurn(one, 2)
    await setCeiling(one, { requests: 1, per_seconds: DAY })
    for (const key of [one, two]) {
      expect((await useInTurn(key, 2)).map(({ status }) => status)).toEqual([200, 429])
    }
    await setCeiling(one, null)
    expect((await keys.use(two)).status).toBe(200)
  })
})

describe('GET /keys/{id}/rate-limit', () => {
  const limitsOf = async (key: OwnKey) =>
    (await keys.call(key, 'GET', undefined, { path: '/rate-limit' })).json['limits']

  it('tells what all locations have left, and spends nothing', async () => {
    const key = await limited(5)
    const own = { policy: 'key', requests: 5, per_seconds: DAY }
    expect(await limitsOf(key)).toEqual([{ ...own, left: 5, ends_at: null }])
    await keys.use(key)
    await keys.use(key, { at: 'unleased' })
    const endsAt = expect.stringMatching(/^\d{4}-.*Z$/) as string
    const expected = [{ ...own, left: 3, ends_at: endsAt }]
    expect(await limitsOf(key)).toEqual(expected)
    expect(await limitsOf(key)).toEqual(expected)
    await setCeiling(key, { requests: 9, per_seconds: HOUR })
    expect(await limitsOf(key)).toEqual([
      ...expected,
      { policy: 'account', requests: 9, per_seconds: HOUR, left: 9, ends_at: null },
    ])
    await setCeiling(key, null)
  })

  it('asks the same authority after a rotation', async () => {
    const key = await limited(5)
    await keys.use(key)
    const body = { password: PASSWORD, overlap_seconds: 0 }
    expect((await keys.call(key, 'POST', body, { path: '/rotation' })).status).toBe(201)
    expect(await limitsOf(key)).toMatchObject([{ left: 4 }])
  })

  it('is empty without a limit, and 503 where nobody can know', async () => {
    expect(await limitsOf(await keys.newKey())).toEqual([])
    const key = await limited(5)
    await keys.rig.authorities({ fault: 'unreachable' })
    const unknown = await keys.call(key, 'GET', undefined, { path: '/rate-limit' })
    expect(unknown.status).toBe(503)
  })
})

describe('the holder of a key with a limit', () => {
  it('is shown it, spends nothing, and gets the refusal where it is met', async () => {
    const key = await limited(1)
    const ask = () => keys.rig.send('/admin/api/v1/key', { headers: { 'X-API-Key': key.token } })
    for (let i = 0; i < 3; i++) {
      const shown = await ask()
      expect(shown.status).toBe(200)
      expect(shown.json).toMatchObject({ key: { rate_limit: { requests: 1, per_seconds: DAY } } })
    }
    expect((await keys.use(key)).status).toBe(200)
    const [refused, held] = [await keys.use(key), await ask()]
    expect(held.status).toBe(429)
    const { request_id: _, ...problem } = held.json
    expect(refused.json).toMatchObject(problem)
    expect((await keys.use(key)).status).toBe(429)
  })
})
