// GET /admin/api/v1/key: what the holder of a token learns. One table drives a Portal API request and the holder's
// call through the same cases.

import { eq, sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type HttpAnswer, send } from '../../harness/http.ts'
import { accounts } from '../../src/db/schema/accounts.ts'
import { apiKeys } from '../../src/db/schema/api-keys.ts'
import { tokens } from '../../src/db/schema/tokens.ts'
import { type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({ gateways: {} })
})
afterAll(() => keys.rig.stop())
beforeEach(() => keys.rig.upstream.reset())
afterEach(async () => {
  await keys.rig.authorities({ fault: 'none' })
  keys.rig.libsql.set('open')
})

const HOLDER = '/admin/api/v1/key'
const ON_ACL = '192.0.2.1'
const OFF_ACL = '203.0.113.9'
type Headers = Readonly<Record<string, string | string[]>>

function get(path: string, headers: Headers, method = 'GET'): Promise<HttpAnswer> {
  const sent = { 'CF-Connecting-IP': ON_ACL, ...headers }
  return send(`${keys.rig.url}${path}`, { method, headers: sent })
}
const hold = ({ token }: OwnKey, headers: Headers = {}) =>
  get(HOLDER, { 'X-API-Key': token, ...headers })

/** What both must have in common. */
function verdictOf({ status, json, headers }: HttpAnswer) {
  const { code, detail, title, type, client_ip: clientIp } = json
  const challenge = headers['www-authenticate']
  return { status, code, detail, title, type, clientIp, challenge }
}

/** A state that an edit sets, and what the next request gets; undefined where it is let through. */
interface State {
  readonly name: string
  readonly code: string | undefined
  readonly set: (key: OwnKey) => Promise<unknown>
}

const edit = (body: object) => (key: OwnKey) => keys.call(key, 'PATCH', body)

/** What nobody can wait for, or what another call does: set in the row, and brought by an edit. */
function setRow(values: Partial<typeof apiKeys.$inferInsert>) {
  return async (key: OwnKey) => {
    const revised = { revision: sql`revision + 1`, revisedAt: Date.now() }
    await keys.db
      .update(apiKeys)
      .set({ ...values, ...revised })
      .where(eq(apiKeys.id, key.id))
    return await edit({ ip_acl: [] })(key)
  }
}

function setToken(values: () => Partial<typeof tokens.$inferInsert>) {
  return async (key: OwnKey) => {
    await keys.db.update(tokens).set(values()).where(eq(tokens.lookupId, key.lookupId))
    return await setRow({})(key)
  }
}

const STATES: readonly State[] = [
  { name: 'a good key', code: undefined, set: async () => undefined },
  { name: 'a deleted key', code: 'key_revoked', set: (key) => keys.call(key, 'DELETE') },
  { name: 'a paused key', code: 'key_disabled', set: edit({ enabled: false }) },
  { name: 'a leaked key', code: 'key_disabled', set: setRow({ leakedAt: 1, enabled: false }) },
  { name: 'an expired key', code: 'key_expired', set: setRow({ expiresAt: 1 }) },
  {
    name: 'the old token of a rotation that has ended',
    code: 'key_replaced',
    set: setToken(() => ({ replacedAt: 1, endsAt: 2 })),
  },
  {
    name: 'the old token of a rotation',
    code: undefined,
    set: setToken(() => ({ replacedAt: 1, endsAt: Date.now() + 60_000 })),
  },
  { name: 'an address on the IP ACL', code: undefined, set: edit({ ip_acl: [`${ON_ACL}/32`] }) },
  { name: 'an address off it', code: 'ip_denied', set: edit({ ip_acl: [`${OFF_ACL}/32`] }) },
  {
    name: 'an address off it, in mode report',
    code: undefined,
    set: edit({ ip_acl: [`${OFF_ACL}/32`], ip_acl_mode: 'report' }),
  },
  {
    name: 'a suspended account',
    code: 'account_inactive',
    set: async (key) => {
      await keys.db
        .update(accounts)
        .set({ status: 'suspended' })
        .where(eq(accounts.id, key.accountId))
    },
  },
]

describe('the holder gets what a Portal API request gets', () => {
  it.each(STATES)('with $name', async ({ set, code }) => {
    const key = await keys.newKey()
    await set(key)
    for (const method of ['GET', 'HEAD']) {
      const used = await get('/x', { 'X-API-Key': key.token }, method)
      const held = await get(HOLDER, { 'X-API-Key': key.token }, method)
      expect(held.status).toBe(used.status)
      expect(held.headers['www-authenticate']).toBe(used.headers['www-authenticate'])
      expect(held.headers['access-control-allow-origin']).toBe('*')
      if (method === 'HEAD') expect(held.text).toBe('')
      else if (code === undefined) expect(held.json).toMatchObject({ key: { id: key.id } })
      else {
        expect(held.json).toMatchObject({ code })
        expect(verdictOf(held)).toEqual(verdictOf(used))
      }
    }
  })

  it.each<[string, Headers, string | undefined, string?]>([
    ['Token', { Authorization: 'Token TOKEN' }, undefined],
    ['Bearer', { Authorization: 'bearer TOKEN' }, undefined],
    ['Bearer Token', { Authorization: 'Bearer Token TOKEN' }, undefined],
    ['nothing', {}, 'credential_missing'],
    ['Basic', { Authorization: 'Basic dXNlcjpwYXNz' }, 'credential_missing'],
    ['a bare token', { Authorization: 'TOKEN' }, 'credential_missing'],
    ['a key in the query', {}, 'credential_missing', '?api_key=TOKEN'],
    ['two headers', { Authorization: 'Token TOKEN', 'X-API-Key': 'TOKEN' }, 'credential_ambiguous'],
    ['a repeated header', { 'X-API-Key': ['TOKEN', 'TOKEN'] }, 'credential_ambiguous'],
    ['an empty key', { 'X-API-Key': '' }, 'key_invalid'],
    ['a forged key', { 'X-API-Key': `cpk_A${'0'.repeat(43)}` }, 'key_invalid'],
    ['a mistyped key', { 'X-API-Key': 'TOKENx' }, 'key_invalid'],
    [
      'an address that cannot be read',
      { 'X-API-Key': 'TOKEN', 'CF-Connecting-IP': 'x' },
      'ip_denied',
    ],
  ])('as %s', async (_, headers, code, query = '') => {
    const key = await keys.newKey([`${ON_ACL}/32`])
    const fill = (text: string) => text.replaceAll('TOKEN', key.token)
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        typeof value === 'string' ? fill(value) : value.map(fill),
      ]),
    )
    const used = await get(`/x${fill(query)}`, filled)
    const held = await get(`${HOLDER}${fill(query)}`, filled)
    expect(held.status).toBe(used.status)
    expect(held.text).not.toContain(key.token)
    if (code === undefined) return expect(held.json).toMatchObject({ key: { id: key.id } })
    expect(held.json).toMatchObject({ code })
    expect(verdictOf(held)).toEqual(verdictOf(used))
  })

  it('with a body', async () => {
    const { token } = await keys.newKey()
    const headers = { 'X-API-Key': token, 'CF-Connecting-IP': ON_ACL, 'Content-Length': '1' }
    const withBody = (path: string) =>
      send(`${keys.rig.url}${path}`, { method: 'GET', headers, body: 'x' })
    const [used, held] = [await withBody('/x'), await withBody(HOLDER)]
    expect(held.json).toMatchObject({ code: 'body_not_allowed' })
    expect(verdictOf(held)).toEqual(verdictOf(used))
  })

  it('over plain HTTP', async () => {
    const key = await keys.newKey()
    const headers = { 'X-API-Key': key.token, Host: 'gateway.example' }
    const [used, held] = [await get('/x', headers), await get(HOLDER, headers)]
    expect(held.json).toMatchObject({ code: 'https_required' })
    expect(verdictOf(held)).toEqual(verdictOf(used))
  })

  it('while the authority cannot be asked', async () => {
    const key = await keys.newKey()
    await keys.rig.authorities({ fault: 'unreachable' })
    const [used, held] = [await keys.use(key), await hold(key)]
    expect(held.json).toMatchObject({ code: 'authentication_unavailable' })
    expect(verdictOf(held)).toEqual(verdictOf(used))
    expect(held.headers['retry-after']).toBe(used.headers['retry-after'])
  })

  it('by the newest state, also within a lease', async () => {
    const key = await keys.newKey()
    await keys.lease(key)
    expect((await hold(key)).status).toBe(200)
    await keys.call(key, 'PATCH', { enabled: false })
    expect((await hold(key)).json).toMatchObject({ code: 'key_disabled' })
    await keys.call(key, 'PATCH', { enabled: true })
    expect((await hold(key)).status).toBe(200)
  })
})

describe('the answer', () => {
  it('is about the key, its token and the client', async () => {
    const key = await keys.newKey()
    const held = await hold(key, { 'CF-Connecting-IP': '::ffff:203.0.113.9' })
    expect(held.status).toBe(200)
    expect(held.json).toEqual({
      key: {
        id: key.id,
        application_name: 'Test',
        platform: 'server',
        expires_at: null,
        rate_limit: null,
        rotation: null,
      },
      token: 'current',
      client_ip: '203.0.113.9',
    })
    expect(held.headers['cache-control']).toBe('no-store')
    expect((await hold(key, { 'CF-Connecting-IP': 'x' })).json).toMatchObject({ client_ip: null })
  })

  it('tells an old token, the rotation and the end of the key', async () => {
    const key = await keys.newKey()
    const expiresAt = Date.now() + 3_600_000
    await edit({ expires_at: new Date(expiresAt).toISOString() })(key)
    const times = { replacedAt: Date.now(), endsAt: Date.now() + 60_000 }
    await setToken(() => times)(key)
    expect((await hold(key)).json).toMatchObject({
      key: {
        expires_at: new Date(expiresAt).toISOString(),
        rotation: {
          started_at: new Date(times.replacedAt).toISOString(),
          ends_at: new Date(times.endsAt).toISOString(),
        },
      },
      token: 'old',
    })
  })
})

describe('the call', () => {
  it('reaches no upstream, and leaves no denial', async () => {
    const key = await keys.newKey([`${OFF_ACL}/32`])
    for (let i = 0; i < 3; i++) expect((await hold(key)).status).toBe(403)
    expect((await hold(key, { 'CF-Connecting-IP': OFF_ACL })).status).toBe(200)
    expect(keys.rig.upstream.received).toEqual([])
    // A denial of a real request comes later than one of the holder would.
    await keys.use(key, { address: '198.51.100.7' })
    const addresses = async () => {
      const { json } = await keys.call(key, 'GET', undefined, { path: '/denials' })
      return (json['denials'] as { address: string }[]).map(({ address }) => address)
    }
    await expect.poll(addresses, { timeout: 10_000 }).toEqual(['198.51.100.7'])
  })

  it('may be read by any origin, whose preflight is answered', async () => {
    const key = await keys.newKey()
    const origin = { Origin: 'https://app.example', 'Sec-Fetch-Site': 'cross-site' }
    const asked = {
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'authorization',
    }
    const preflight = await get(HOLDER, { ...origin, ...asked }, 'OPTIONS')
    expect(preflight.status).toBe(204)
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': expect.stringContaining('GET') as string,
      'access-control-allow-headers': expect.stringContaining('Authorization') as string,
    })
    for (const used of [await hold(key, origin), await get(HOLDER, origin)]) {
      expect(used.headers['access-control-allow-origin']).toBe('*')
      expect(used.headers['access-control-expose-headers']).toContain('X-Request-Id')
    }
    expect(keys.rig.upstream.received).toEqual([])
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('is no %s', async (method) => {
    const answer = await get(HOLDER, {}, method)
    expect(answer.status).toBe(405)
    expect(answer.headers['allow']).toBe('GET, HEAD')
  })

  it('answers 503 while libSQL is down, and 401 to a forged token', async () => {
    const key = await keys.newKey()
    await keys.lease(key)
    keys.rig.libsql.set('closed')
    const [held, forged] = [
      await hold(key),
      await hold({ ...key, token: `cpk_A${'0'.repeat(43)}` }),
    ]
    expect(held.json).toMatchObject({ code: 'storage_unavailable', status: 503 })
    expect(forged.json).toMatchObject({ code: 'key_invalid' })
  })
})
