// Mode `bounded`, where a copy is believed: what each store is asked, and what its failure does.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CreatedKey, Customer } from '../../harness/customer.ts'
import type { HttpAnswer } from '../../harness/http.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer
let key: CreatedKey

beforeAll(async () => {
  rig = await startRig({ simulatedStores: true, variables: { CONSISTENCY: 'bounded' } })
  customer = await rig.customer()
  key = await customer.createKey({ ip_acl: ['192.0.2.0/24'] })
})
afterAll(() => rig.stop())
beforeEach(async () => {
  rig.libsql.set('open')
  await rig.stores({ fault: 'none', brake: 'open' })
  await customer.call('GET', '/session') // a live connection to libSQL, whatever happened before
  rig.upstream.reset()
})

function call(token = key.token, address = '192.0.2.1'): Promise<HttpAnswer> {
  return rig.send('/customer', { headers: { 'X-API-Key': token, 'CF-Connecting-IP': address } })
}

/** A key that is in KV and that no isolate has met, and its name there. */
async function freshKey(input: Record<string, unknown> = {}) {
  const fresh = await customer.createKey(input)
  for (;;) {
    const { values } = await rig.stores()
    const name = Object.keys(values).find((other) => values[other]?.includes(fresh.id))
    if (name !== undefined) return { ...fresh, name, value: values[name] ?? '' }
  }
}

/** What a call asked of each store. */
async function asked(act: () => Promise<unknown>) {
  const before = { ...(await rig.stores()), libsql: rig.libsql.asked() }
  await act()
  const after = { ...(await rig.stores()), libsql: rig.libsql.asked() }
  return {
    kvGets: after.kvGets - before.kvGets,
    kvPuts: after.kvPuts - before.kvPuts,
    limits: after.limits - before.limits,
    libsql: after.libsql - before.libsql,
  }
}

const RECORD =
  '{"format":1,"revision":1,"key_id":"k","account_id":"a","account_status":"active","ip_acl":[]}'
const NOTHING = { kvGets: 0, kvPuts: 0, limits: 0, libsql: 0 }

describe('what a request asks of the stores', () => {
  it.each([
    ['no key', {}],
    ['a word', { 'X-API-Key': 'secret' }],
    ['a forged token', { 'X-API-Key': `cpk_A${'1'.repeat(43)}` }],
    ['a forged token as Bearer', { Authorization: `Bearer cpk_A${'Z'.repeat(43)}` }],
    ['two credentials', { Authorization: 'Token a', 'X-API-Key': 'b' }],
  ])('is nothing for %s', async (_, headers) => {
    expect(await asked(() => rig.send('/customer', { headers }))).toEqual(NOTHING)
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('is nothing for a mistyped token of a live key', async () => {
    const mistyped = key.token.slice(0, -1) + (key.token.endsWith('0') ? '1' : '0')
    expect(await asked(() => call(mistyped))).toEqual(NOTHING)
  })

  it('is one KV read for a live key, nothing for the next one, and the brake for a refusal', async () => {
    const { token } = await freshKey({ ip_acl: ['192.0.2.0/24'] })
    // libSQL is asked once more by the note that the key has reached KV, so it is not counted here.
    expect(await asked(() => call(token))).toMatchObject({ kvGets: 1, limits: 0 })
    expect(await asked(() => call(token))).toMatchObject({ kvGets: 0, limits: 0 })
    expect(await asked(() => call(token, '203.0.113.1'))).toMatchObject({ kvGets: 0, limits: 1 })
  })

  it('is libSQL on a miss, and KV is not written', async () => {
    const { token } = await freshKey()
    await rig.stores({ clear: true })
    const { kvPuts, libsql } = await asked(() => call(token))
    expect(libsql).toBeGreaterThan(0)
    expect(kvPuts).toBe(0)
    expect(rig.upstream.received).toHaveLength(1)
    expect((await rig.stores()).values).toEqual({})
  })
})

describe('a failing KV', () => {
  it.each(['throw', 'stall'] as const)(
    'is no miss and no refusal: libSQL judges (%s)',
    async (fault) => {
      const [admitted, fenced] = [await freshKey(), await freshKey({ ip_acl: ['192.0.2.0/24'] })]
      await rig.stores({ fault })
      expect((await call(admitted.token)).status).toBe(200)
      expect(rig.upstream.received).toHaveLength(1)
      const denied = await call(fenced.token, '203.0.113.1')
      expect(denied.json).toMatchObject({ code: 'ip_denied' })
      expect(rig.upstream.received).toHaveLength(1)
    },
  )

  it('with a failing libSQL is 503, never 401', async () => {
    const { token } = await freshKey()
    await rig.stores({ fault: 'throw' })
    rig.libsql.set('closed')
    const answer = await call(token)
    expect(answer.status).toBe(503)
    expect(answer.json).toMatchObject({ code: 'authentication_unavailable' })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(rig.upstream.received).toHaveLength(0)
  })

  it.each([
    ['garbage', 'garbage'],
    ['an unknown format', '{"format":99,"revision":1,"key_id":"k","gone":true}'],
    [
      'a record that lacks its ACL',
      '{"format":1,"revision":1,"key_id":"k","account_id":"a","account_status":"active"}',
    ],
    ['an ACL that cannot be read', RECORD.replace('[]', '["10.0.0.1/8"]')],
  ])('that holds %s is a miss: libSQL judges', async (_, value) => {
    const { name, token } = await freshKey({ ip_acl: ['192.0.2.0/24'] })
    await rig.stores({ put: [name, value] })
    expect((await call(token, '203.0.113.1')).json).toMatchObject({ code: 'ip_denied' })
    expect(rig.upstream.received).toHaveLength(0)
    expect((await call(token)).status).toBe(200)
  })

  it('that holds an ACL which cannot be read lets nobody in while libSQL fails', async () => {
    const { name, token } = await freshKey()
    await rig.stores({ put: [name, RECORD.replace('[]', '["10.0.0.1/8"]')] })
    rig.libsql.set('closed')
    expect((await call(token)).status).toBe(503)
    expect(rig.upstream.received).toHaveLength(0)
  })
})

describe('a failing libSQL', () => {
  it.each(['closed', 'hanging'] as const)(
    'does not stop a key that is in KV (%s)',
    async (state) => {
      const { token } = await freshKey()
      rig.libsql.set(state)
      expect((await call(token)).status).toBe(200)
    },
  )

  it.each(['closed', 'hanging'] as const)(
    'on a miss is 503, within the limit (%s)',
    async (state) => {
      const { token } = await freshKey()
      await rig.stores({ clear: true })
      rig.libsql.set(state)
      const answer = await call(token)
      expect(answer.status).toBe(503)
      expect(answer.json).toMatchObject({ code: 'authentication_unavailable' })
      expect(rig.upstream.received).toHaveLength(0)
    },
  )
})

describe('a broken brake', () => {
  it('leaves the refusal as it is', async () => {
    await rig.stores({ brake: 'broken' })
    expect((await call(key.token, '203.0.113.1')).json).toMatchObject({ code: 'ip_denied' })
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('shut answers rate_limited instead of the refusal, and lets an allowed request pass', async () => {
    await rig.stores({ brake: 'shut' })
    const answer = await call(key.token, '203.0.113.1')
    expect(answer.status).toBe(429)
    expect(answer.json).toMatchObject({ code: 'rate_limited' })
    expect(rig.upstream.received).toHaveLength(0)
    expect((await call()).status).toBe(200)
  })
})

describe('a deployment without its secrets', () => {
  it.each(['TOKEN_KEYS', 'ENCRYPTION_KEYS', 'SESSION_KEYS', 'ASSERTION_KEYS'])(
    'lets nobody in, and names %s in the log alone',
    async (name) => {
      const broken = await startRig({ without: [name] })
      try {
        const answer = await broken.send('/customer', { headers: { 'X-API-Key': key.token } })
        expect(answer.status).toBe(503)
        expect(answer.json).toMatchObject({ code: 'authentication_unavailable' })
        expect(answer.text).not.toContain(name)
        const admin = await broken.send('/admin/api/v1/session')
        expect(admin.status).toBe(503)
        expect(admin.json).toMatchObject({ code: 'misconfigured' })
        const codes = () =>
          broken.logs
            .filter((line) => line.includes('"plane"'))
            .map((line) => (JSON.parse(line) as { code: string }).code)
        await expect.poll(codes).toEqual(['authentication_unavailable', 'misconfigured'])
        expect(admin.text).not.toContain(name)
        expect(broken.upstream.received).toHaveLength(0)
        expect(broken.logs.join('\n')).toContain(`${name} must be set`)
      } finally {
        await broken.stop()
      }
    },
  )

  it('never repeats an unreadable secret', async () => {
    const broken = await startRig({ variables: { TOKEN_KEYS: 'A:not-a-secret-of-32-bytes' } })
    try {
      expect((await broken.send('/customer')).status).toBe(503)
      const log = broken.logs.join('\n')
      expect(log).toContain('TOKEN_KEYS is unreadable')
      expect(log).not.toContain('not-a-secret')
    } finally {
      await broken.stop()
    }
  })
})
