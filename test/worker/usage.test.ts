// What keys were used for, counted where requests are judged, as their owner sees it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonCall } from '../../harness/customer.ts'
import { GATEWAY } from '../../harness/worker.ts'
import { type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'

const A = '192.0.2.1'
const B = '203.0.113.9'
const V6 = '2001:db8::1'
const ACL = ['192.0.2.0/24', '2001:db8::/32']
const DAY = 86_400_000
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string

let keys: KeysInUse
beforeAll(async () => {
  keys = await startKeysInUse({ gateways: { next: {}, strict: { LEASE_MS: '0' } } })
})
afterAll(() => keys.rig.stop())

async function usageOf(key: OwnKey, query = '', at?: string) {
  const where = { path: `/usage${query}`, ...(at !== undefined && { at }) }
  const answer = await keys.call(key, 'GET', undefined, where)
  expect(answer.status, answer.text).toBe(200)
  return answer.json as unknown as UsageJson
}

interface UsageJson {
  readonly as_of: string
  readonly last_used_at: string | null
  readonly last_address: string | null
  readonly buckets: { readonly at: string; allowed: number; refused: Record<string, number> }[]
  readonly addresses: {
    readonly address: string | null
    readonly allowed: number
    readonly refused: number
    readonly last_at: string
  }[]
}

/** The sums of the buckets: the test may run at the end of an hour. */
function sumOf({ buckets }: UsageJson): [number, Record<string, number>] {
  const refused: Record<string, number> = {}
  for (const [code, count] of buckets.flatMap((one) => Object.entries(one.refused))) {
    refused[code] = (refused[code] ?? 0) + count
  }
  return [buckets.reduce((sum, { allowed }) => sum + allowed, 0), refused]
}

/** As `sumOf`, once all is reported. */
function pollSum(key: OwnKey) {
  return expect.poll(async () => sumOf(await usageOf(key)), { timeout: 20_000 })
}

async function useMany(key: OwnKey, count: number, address: string, at: string) {
  const uses = Array.from({ length: count }, () => keys.use(key, { at, address }))
  return (await Promise.all(uses)).map(({ status }) => status)
}

function list({ cookie }: OwnKey, query: string) {
  const url = `${keys.rig.at(GATEWAY)}/admin/api/v1/keys${query}`
  return jsonCall(url, 'GET', undefined, { Cookie: cookie })
}

async function listed(key: OwnKey, query = '?include=usage') {
  const answer = await list(key, query)
  expect(answer.status, answer.text).toBe(200)
  return (answer.json['keys'] as Record<string, unknown>[]).find(({ id }) => id === key.id)
}

describe('GET /keys/{id}/usage', () => {
  it('is empty for a key that nobody used', async () => {
    const key = await keys.newKey()
    expect(await usageOf(key)).toEqual({
      by: 'hour',
      as_of: TIME,
      last_used_at: null,
      last_address: null,
      buckets: [],
      addresses: [],
    })
  })

  it('counts each request of bursts at several locations, by outcome and address', async () => {
    const key = await keys.newKey(ACL)
    const startedMs = Date.now()
    const sent = [
      useMany(key, 40, A, GATEWAY),
      useMany(key, 30, V6, 'next'),
      useMany(key, 20, A, 'strict'),
      useMany(key, 10, B, 'next'),
    ]
    const statuses = (await Promise.all(sent)).flat()
    expect(statuses.filter((status) => status === 200)).toHaveLength(90)
    expect(statuses.filter((status) => status === 403)).toHaveLength(10)
    await pollSum(key).toEqual([90, { ip_denied: 10 }])
    const { addresses, last_used_at } = await usageOf(key)
    const byAddress = new Map(addresses.map((one) => [one.address, one]))
    expect(byAddress.get(A)).toMatchObject({ allowed: 60, refused: 0 })
    expect(byAddress.get(V6)).toMatchObject({ allowed: 30, refused: 0 })
    expect(byAddress.get(B)).toMatchObject({ allowed: 0, refused: 10 })
    const usedMs = Date.parse(last_used_at ?? '')
    expect(usedMs).toBeGreaterThanOrEqual(startedMs - 1_000)
    expect(usedMs).toBeLessThanOrEqual(Date.now() + 1_000)
    const days = await usageOf(key, '?by=day')
    expect(sumOf(days)).toEqual([90, { ip_denied: 10 }])
    expect(days.buckets.every(({ at }) => at.endsWith('T00:00:00.000Z'))).toBe(true)
  })

  it('counts every code, and none of them as use', async () => {
    const key = await keys.newKey()
    expect((await keys.call(key, 'PATCH', { enabled: false })).status).toBe(200)
    expect((await keys.use(key)).status).toBe(403)
    await pollSum(key).toEqual([0, { key_disabled: 1 }])
    expect(await usageOf(key)).toMatchObject({ last_used_at: null, last_address: null })
    expect(await listed(key)).toMatchObject({
      usage: { last_used_at: null, last_address: null, allowed_24h: 0, refused_24h: 1 },
    })
  })

  it('is the same at each location', async () => {
    const key = await keys.newKey()
    await useMany(key, 3, A, 'next')
    await pollSum(key).toEqual([3, {}])
    expect(sumOf(await usageOf(key, '', 'strict'))).toEqual([3, {}])
  })

  it.each([
    ['?by=week', '/by'],
    ['?from=yesterday', '/from'],
    ['?to=2026-13-01T00:00:00Z', '/to'],
    [`?from=${new Date(Date.now() - 8 * DAY).toISOString()}`, '/from'],
    [`?by=day&from=${new Date(Date.now() - 402 * DAY).toISOString()}`, '/from'],
    [`?from=${new Date(Date.now() + DAY).toISOString()}`, '/from'],
  ])('refuses %s', async (query, pointer) => {
    const key = await keys.newKey()
    const answer = await keys.call(key, 'GET', undefined, { path: `/usage${query}` })
    expect(answer.status).toBe(422)
    expect(answer.json['errors']).toMatchObject([{ pointer }])
  })

  it.each([
    `?from=${new Date(Date.now() - 7 * DAY).toISOString()}`,
    `?by=day&from=${new Date(Date.now() - 400 * DAY).toISOString()}`,
    '?by=day&from=2020-01-31T12:00:00%2B02:00&to=2020-03-01T00:00:00Z',
  ])('takes %s', async (query) => {
    expect((await usageOf(await keys.newKey(), query)).buckets).toEqual([])
  })

  it("is the owner's alone, and gone with the key", async () => {
    const [key, other] = [await keys.newKey(), await keys.newKey()]
    const asOther = { ...key, cookie: other.cookie }
    const where = { path: '/usage' }
    expect((await keys.call(asOther, 'GET', undefined, where)).status).toBe(404)
    await keys.call(key, 'DELETE')
    expect((await keys.call(key, 'GET', undefined, where)).status).toBe(404)
  })

  it('is 503 where the authority cannot be asked', async () => {
    const key = await keys.newKey()
    await keys.rig.authorities({ at: 'next', fault: 'unreachable' })
    try {
      const where = { at: 'next', path: '/usage' }
      const answer = await keys.call(key, 'GET', undefined, where)
      expect(answer.json).toMatchObject({ status: 503, code: 'storage_unavailable' })
    } finally {
      await keys.rig.authorities({ at: 'next', fault: 'none' })
    }
  })
})

describe('GET /keys?include=usage', () => {
  it('adds the use of 24 hours to each of 200 keys, and asks each authority once', async () => {
    const made = await keys.newKeys(200)
    const [first, last] = [made[0], made.at(-1)]
    if (first === undefined || last === undefined) throw new Error('no keys')
    await useMany(first, 5, A, GATEWAY)
    await pollSum(first).toEqual([5, {}])
    const answer = await list(first, '?include=usage&limit=200')
    const shown = answer.json['keys'] as { readonly id: string; readonly usage: unknown }[]
    expect(shown).toHaveLength(200)
    const usage = new Map(shown.map((key) => [key.id, key.usage]))
    expect(usage.get(first.id)).toEqual({
      last_used_at: TIME,
      last_address: A,
      allowed_24h: 5,
      refused_24h: 0,
    })
    const never = { last_used_at: null, last_address: null, allowed_24h: 0, refused_24h: 0 }
    expect(usage.get(last.id)).toEqual(never)
    const summaries = (await keys.callsOf(last)).filter(({ method }) => method === 'useSummary')
    expect(summaries).toHaveLength(1)
  })

  it('is null where an authority cannot be asked, or does not answer', async () => {
    const key = await keys.newKey()
    for (const fault of ['unreachable', 'held'] as const) {
      await keys.rig.authorities({ fault })
      try {
        expect(await listed(key)).toMatchObject({ id: key.id, usage: null })
      } finally {
        await keys.rig.authorities({ fault: 'none' })
      }
    }
  })

  it('is not there unless it is asked for, and nothing else is', async () => {
    const key = await keys.newKey()
    expect(await listed(key, '')).not.toHaveProperty('usage')
    const answer = await list(key, '?include=everything')
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: '/include' }] })
  })
})

describe('POST /keys/{id}/ip-acl/preview', () => {
  it('tells what a list would have refused, and what it would have let in', async () => {
    const key = await keys.newKey(ACL)
    await useMany(key, 3, A, GATEWAY)
    await useMany(key, 2, V6, GATEWAY)
    await useMany(key, 4, B, 'next')
    await pollSum(key).toEqual([5, { ip_denied: 4 }])
    const preview = async (ip_acl: unknown) =>
      await keys.call(key, 'POST', { ip_acl }, { path: '/ip-acl/preview' })
    expect((await preview(['203.0.113.0/24', '192.0.2.0/24'])).json).toEqual({
      refused: { requests: 2, addresses: [{ address: V6, requests: 2, last_at: TIME }] },
      allowed: { requests: 4, addresses: [{ address: B, requests: 4, last_at: TIME }] },
    })
    const none = { requests: 0, addresses: [] }
    expect((await preview(ACL)).json).toEqual({ refused: none, allowed: none })
    expect((await preview([])).json).toMatchObject({ refused: none, allowed: { requests: 4 } })
    expect((await preview(['1.1.1.1'])).json).toMatchObject({
      status: 422,
      errors: [{ pointer: '/ip_acl/0' }],
    })
    expect((await keys.use(key, { address: B })).status).toBe(403)
  })
})

describe('the use of a key with two tokens', () => {
  it('adds up, and goes on after the old one has ended', async () => {
    const customer = await keys.rig.customer()
    const created = await customer.createKey()
    const use = (token: string) => keys.rig.send('/x', { headers: { 'X-API-Key': token } })
    const sum = async () => {
      const { json } = await customer.call('GET', `/keys/${created.id}/usage`)
      return sumOf(json as unknown as UsageJson)
    }
    await use(created.token)
    await use(created.token)
    const rotated = await customer.call('POST', `/keys/${created.id}/rotation`, {
      password: customer.password,
    })
    expect(rotated.status, rotated.text).toBe(201)
    await use(rotated.json['access_token'] as string)
    await expect.poll(sum, { timeout: 20_000 }).toEqual([3, {}])

    expect((await customer.call('DELETE', `/keys/${created.id}/rotation`)).status).toBe(200)
    expect((await use(created.token)).status).toBe(401)
    await expect.poll(sum, { timeout: 20_000 }).toEqual([3, { key_replaced: 1 }])
    const { json } = await customer.call('GET', '/keys?include=usage')
    expect(json['keys']).toMatchObject([{ usage: { allowed_24h: 3, refused_24h: 1 } }])
  })
})
