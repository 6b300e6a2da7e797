import { createClient } from '@libsql/client/web'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CreatedKey, Customer } from '../../harness/customer.ts'
import { send } from '../../harness/http.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer
let key: CreatedKey

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
  key = await customer.createKey({ ip_acl: ['192.0.2.0/24'] })
})
afterAll(() => rig.stop())
beforeEach(() => rig.upstream.reset())

const MEMBERS = [
  'plane',
  'request_id',
  'method',
  'route',
  'status',
  'code',
  'key_id',
  'account_id',
  'colo',
  'total_ms',
  'authorized_ms',
  'upstream_ms',
  'upstream_status',
  'version',
]

/** The lines that a request with this id left, as soon as there is one. */
async function linesOf(requestId: string): Promise<Record<string, unknown>[]> {
  return await vi.waitFor(
    () => {
      const lines = rig.logs.filter((line) => line.includes(`"request_id":"${requestId}"`))
      expect(lines).not.toEqual([])
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    },
    { timeout: 5_000, interval: 5 },
  )
}

let requests = 0

async function lineOf(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Record<string, unknown>> {
  const requestId = `logged-${requests++}`
  await rig.send(path, { method, headers: { ...headers, 'X-Request-Id': requestId } })
  const [line = {}, ...others] = await linesOf(requestId)
  expect(others).toEqual([])
  expect(Object.keys(line).filter((name) => !MEMBERS.includes(name))).toEqual([])
  return line
}

describe('a Portal API request', () => {
  it('leaves one line: who, what, how long', async () => {
    const headers = { 'X-API-Key': key.token, 'CF-Connecting-IP': '192.0.2.1' }
    expect(await lineOf('/customer?a=b', headers)).toEqual({
      plane: 'portal',
      request_id: expect.any(String) as string,
      method: 'GET',
      status: 200,
      key_id: key.id,
      account_id: customer.id,
      colo: expect.stringMatching(/^[A-Z]{3}$/) as string,
      total_ms: expect.any(Number) as number,
      authorized_ms: expect.any(Number) as number,
      upstream_ms: expect.any(Number) as number,
      upstream_status: 200,
      version: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    })
  })

  it('names the key that was refused, and why', async () => {
    const headers = { 'X-API-Key': key.token, 'CF-Connecting-IP': '203.0.113.1' }
    const line = await lineOf('/customer', headers, 'POST')
    expect(line).toMatchObject({ method: 'POST', status: 403, code: 'ip_denied', key_id: key.id })
    expect(line).not.toHaveProperty('upstream_status')
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('names no key where none was proven', async () => {
    const line = await lineOf('/customer', { 'X-API-Key': `cpk_A${'1'.repeat(43)}` }, 'PROPFIND')
    expect(line).toMatchObject({ method: 'OTHER', status: 401, code: 'key_invalid' })
    expect(line).not.toHaveProperty('key_id')
  })
})

describe('an admin request', () => {
  it.each([
    ['GET', '/keys/ID', { status: 200, route: '/admin/api/v1/keys/:id' }],
    ['POST', '/keys/ID/reveal', { status: 415, code: 'unsupported_media_type' }],
    ['PUT', '/keys/ID', { status: 405, code: 'method_not_allowed' }],
  ])('leaves one line: %s %s', async (method, path, expected) => {
    const url = `/admin/api/v1${path.replace('ID', key.id)}?secret=x`
    const line = await lineOf(url, { Cookie: customer.cookie }, method)
    expect(line).toMatchObject({ plane: 'admin', method, ...expected })
    if (expected.status === 200) {
      expect(line).toMatchObject({ key_id: key.id, account_id: customer.id })
    }
  })

  it('leaves a line where nobody is logged in, or nothing is there', async () => {
    expect(await lineOf('/admin/api/v1/keys')).toMatchObject({
      status: 401,
      code: 'unauthenticated',
    })
    expect(await lineOf('/admin/nothing')).toMatchObject({ status: 404, code: 'not_found' })
    expect(await lineOf('/admin/')).toMatchObject({ status: 200, route: '/admin/' })
  })
})

describe('no line', () => {
  it('holds a secret, wherever a client puts it', async () => {
    const marker = 'marker-of-a-secret'
    const { password, email, cookie } = customer
    const operator = rig.secrets.OPERATOR_TOKEN
    const sent = [
      rig.send(`/x/${marker}?api_key=${key.token}&q=${marker}`),
      rig.send('/x', { headers: { Authorization: `Bearer ${key.token}`, Cookie: cookie } }),
      rig.send(`/${key.token}`, { headers: { 'X-API-Key': key.token.slice(0, -1) } }),
      rig.send('/x', { headers: { 'X-API-Key': [key.token, key.token] } }),
      rig.send('/x', { method: 'PROPFIND', headers: { 'X-API-Key': `${key.token}!` } }),
      rig.send('/x', { headers: { 'X-API-Key': key.token, 'CF-Connecting-IP': marker } }),
      rig.send(`/admin/${key.token}?${marker}`),
      rig.send(`/admin/api/v1/keys/${key.token}`, { headers: { Cookie: cookie } }),
      rig.send(`/admin/api/v1/audit?cursor=${key.token}`, { headers: { Cookie: cookie } }),
      customer.call('POST', `/keys/${key.id}/reveal`, { password }),
      customer.call('POST', `/keys/${key.id}/reveal`, { password: marker }),
      customer.call('POST', '/session', { email, password: marker }),
      customer.call('PATCH', `/keys/${key.id}`, { [marker]: key.token }),
      rig.operator('GET', '/accounts'),
      rig.send('/admin/api/v1/operator/accounts', {
        headers: { Authorization: `Bearer ${operator}x` },
      }),
      rig.send('/x', { headers: { 'X-Request-Id': `${marker} not well-formed` } }),
      rig.send('/x', { headers: { 'X-Request-Id': key.token } }),
      rig.send('/admin/api/v1/keys', { headers: { 'X-Request-Id': `id.${key.token}` } }),
    ]
    const before = rig.logs.length
    await Promise.all(sent)
    rig.libsql.set('closed')
    const outage = await customer.call('POST', '/session', { email, password })
    expect(outage.status).toBe(503)
    rig.libsql.set('open')
    await linesOf(String(outage.json['request_id']))
    await vi.waitFor(() => expect(rig.logs.length).toBeGreaterThan(before + sent.length))

    const client = createClient({ url: rig.libsqlUrl })
    const { rows } = await client.execute('SELECT lookup_id, sealed_token FROM api_keys')
    const hashes = await client.execute('SELECT password_hash FROM accounts')
    client.close()
    const secrets = [
      marker,
      key.token.slice(4),
      key.token.slice(5, 40),
      cookie.split('=')[1] ?? '',
      password,
      email,
      operator,
      ...rows.flatMap((row) => [String(row['lookup_id']), String(row['sealed_token'])]),
      ...hashes.rows.map((row) => String(row['password_hash'])),
      ...Object.values(rig.secrets),
    ]
    const log = rig.logs.join('\n')
    expect(log).toContain('"fault":"libsql"')
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(10)
      expect(log.includes(secret), `${secret.slice(0, 6)}… in the log`).toBe(false)
    }
  })
})

describe('a share of the log', () => {
  it('leaves out requests that were let through, and no other', async () => {
    const url = await rig.another({ LOG_SAMPLING: '0.001' })
    const get = (id: string, token: string, address: string) =>
      send(`${url}/x`, {
        headers: { 'X-API-Key': token, 'X-Request-Id': id, 'CF-Connecting-IP': address },
      })
    for (let i = 0; i < 20; i++) {
      expect((await get(`sampled-${i}`, key.token, '192.0.2.1')).status).toBe(200)
      expect((await get(`denied-${i}`, key.token, '203.0.113.1')).status).toBe(403)
    }
    for (let i = 0; i < 20; i++) await linesOf(`denied-${i}`)
    const written = rig.logs.filter((line) => line.includes('"request_id":"sampled-'))
    expect(written.length).toBeLessThan(5)
    for (const line of written) expect(line).toContain('"sampling":0.001')
  })
})
