// What on-call reads: each kind of fault is provoked in the whole product, and its line tells why, and no secret.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from '@libsql/client/web'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CreatedKey, type Customer, operatorCall } from '../../harness/customer.ts'
import { freePort } from '../../harness/free-port.ts'
import { send } from '../../harness/http.ts'
import { FAULT_KINDS, source } from '../support/code-names.ts'
import { type Rig, startRig } from '../support/rig.ts'
import { runSql } from '../support/sql.ts'

/** Stands where a secret would: in messages of errors, and in settings. */
const HIDDEN = 'never-to-be-seen-in-a-log'

let rig: Rig
let customer: Customer
let key: CreatedKey
let since = 0
/** The kinds of faults that were provoked. */
const met = new Set<unknown>()

beforeAll(async () => {
  rig = await startRig({ simulatedStores: true, gateways: {} })
  customer = await rig.customer()
  key = await customer.createKey()
})
afterAll(() => rig.stop())
beforeEach(async () => {
  rig.libsql.set('open')
  await rig.stores({ fault: 'none', logInRate: 'open' })
  await rig.authorities({ fault: 'none' })
  rig.upstream.reset()
  since = rig.logs.length
})

type Line = Readonly<Record<string, unknown>>

function linesSince(): Line[] {
  const own = rig.logs.slice(since).filter((line) => line.startsWith('{')) // the runtime has lines too
  return own.map((line) => JSON.parse(line) as Line)
}

/** Waits for a fault with these members. */
async function expectFault(members: Line): Promise<void> {
  await expect
    .poll(() => linesSince().filter(({ level }) => level === 'error'), { timeout: 10_000 })
    .toContainEqual(expect.objectContaining(members))
  met.add(members['fault'])
}

const use = (token = key.token) => rig.send('/x', { headers: { 'X-API-Key': token } })

describe('an upstream that does not answer', () => {
  let asked = 0

  async function faultOf(url: string, timeoutMs = '5000'): Promise<Line> {
    const UPSTREAM_TIMEOUT_MS = timeoutMs
    const gateway = await rig.another({ UPSTREAM_URL: url, UPSTREAM_TIMEOUT_MS })
    const requestId = `upstream-${asked++}`
    const headers = { 'X-API-Key': key.token, 'X-Request-Id': requestId }
    expect((await send(`${gateway}/x`, { headers })).status).toBeGreaterThanOrEqual(502)
    const own = () => linesSince().filter(({ request_id: id, plane }) => id === requestId && plane)
    await expect.poll(own).toHaveLength(1)
    return own()[0] ?? {}
  }

  it('refuses the connection', async () => {
    const line = await faultOf(`http://127.0.0.1:${await freePort()}`)
    expect(line).toMatchObject({ code: 'upstream_unreachable', upstream_fault: 'reset' })
  })

  it('has a name that is unknown', async () => {
    const line = await faultOf('http://nowhere.invalid')
    expect(line).toMatchObject({ code: 'upstream_unreachable', upstream_fault: 'other' })
    await expectFault({ fault: 'upstream', reason: 'other', request_id: line['request_id'] })
  })

  it('hangs', async () => {
    rig.upstream.answerWith(() => undefined)
    const line = await faultOf(rig.upstream.url, '200')
    expect(line).toMatchObject({ code: 'upstream_timeout', upstream_fault: 'timeout' })
  })

  it.each([
    ['HTTP/1.1 521 X\r\nServer: cloudflare', 'upstream_unreachable', 'edge_521'],
    ['HTTP/1.1 530 X\r\nServer: cloudflare', 'upstream_unreachable', 'edge_530'],
    ['HTTP/1.1 522 X\r\nServer: cloudflare', 'upstream_timeout', 'edge_522'],
    ['HTTP/1.1 999 X', 'upstream_invalid', 'invalid'],
  ])('answers %j', async (head, code, fault) => {
    rig.upstream.answerWith((_, { socket }) => {
      socket?.end(`${head}\r\nContent-Length: 0\r\n\r\n`)
    })
    expect((await use()).json).toMatchObject({ code })
    await expect
      .poll(linesSince)
      .toContainEqual(expect.objectContaining({ code, upstream_fault: fault }))
  })
})

describe('libSQL', () => {
  let server: Server
  let answer: { readonly status: number; readonly text: string }
  let gateway: string

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().once('end', () => response.writeHead(answer.status).end(answer.text))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    gateway = await rig.another({ LIBSQL_URL: `http://127.0.0.1:${port}` })
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })

  it.each([
    [401, 'The JWT has expired', 'http_401'],
    [500, 'oops', 'http_500'],
    [200, '<html>', 'invalid'],
  ])('answers %i %j', async (status, text, reason) => {
    answer = { status, text }
    const headers = { Cookie: customer.cookie }
    expect((await send(`${gateway}/admin/api/v1/keys`, { headers })).status).toBe(503)
    await expectFault({ fault: 'libsql', reason })
    await expect
      .poll(async () => (await send(`${gateway}/admin/api/v1/health`)).json)
      .toMatchObject({ code: 'unhealthy', libsql: 'down', reasons: { libsql: reason } })
  })

  it.each([
    ['hanging', 'timeout'],
    ['closed', 'reset'],
  ] as const)('is %s', async (state, reason) => {
    rig.libsql.set(state)
    expect((await customer.call('GET', '/keys')).status).toBe(503)
    await expectFault({ fault: 'libsql', reason })
  })

  it('is out of reach of the cron', async () => {
    rig.libsql.set('closed')
    await rig.worker.runCron()
    await expectFault({ fault: 'cron', reason: 'reset' })
  })

  it('knows a statement no more', async () => {
    await runSql(rig.libsqlUrl, 'ALTER TABLE attempts RENAME TO gone')
    try {
      await rig.worker.runCron()
      await expectFault({ fault: 'cron', reason: 'sqlite_unknown' })
      const stacks = linesSince().flatMap(({ stack }) => (stack as string[] | undefined) ?? [])
      expect(stacks).not.toEqual([])
    } finally {
      await runSql(rig.libsqlUrl, 'ALTER TABLE gone RENAME TO attempts')
    }
  })
})

describe('the other stores', () => {
  it('KV fails', async () => {
    const { token } = await customer.createKey()
    await rig.stores({ fault: 'throw' })
    await use(token)
    await expectFault({ fault: 'kv_read', reason: 'http_503' })
    await expect
      .poll(async () => (await rig.send('/admin/api/v1/health')).json)
      .toMatchObject({ kv: 'down', reasons: { kv: 'http_503' } })
  })

  it('KV takes no value', async () => {
    await rig.stores({ fault: 'throw on put' })
    await customer.createKey()
    await expectFault({ fault: 'kv_put', reason: 'http_503' })
  })

  it('KV hangs', async () => {
    const { token } = await customer.createKey()
    await rig.stores({ fault: 'stall' })
    await use(token)
    await expectFault({ fault: 'kv_read', reason: 'timeout' })
  })

  it('an authority cannot be reached', async () => {
    const { token } = await customer.createKey()
    await rig.authorities({ fault: 'unreachable' })
    expect((await use(token)).status).toBe(503)
    await expectFault({ fault: 'authority', reason: 'unreachable' })
  })

  it('an authority hangs', async () => {
    const { token } = await customer.createKey()
    await rig.authorities({ fault: 'held' })
    expect((await use(token)).status).toBe(503)
    await expectFault({ fault: 'authority', reason: 'timeout' })
  })

  it('the first limit of log-ins fails', async () => {
    await rig.stores({ logInRate: 'broken' })
    const { email, password, call } = await rig.customer()
    await call('POST', '/session', { email, password })
    await expectFault({ fault: 'log_in_rate', reason: 'other' })
  })
})

describe('a fault of our own', () => {
  it('a token that no key of the ring opens is named, with the key and the place', async () => {
    await runSql(rig.libsqlUrl, 'UPDATE tokens SET sealed_token = ? WHERE key_id = ?', [
      `Z.${'A'.repeat(80)}`,
      key.id,
    ])
    const { password } = customer
    const answer = await customer.call('POST', `/keys/${key.id}/reveal`, { password })
    expect(answer.json).toMatchObject({ status: 500, code: 'internal_error' })
    const stack = expect.arrayContaining([expect.stringMatching(/^unsealToken index\.js:\d+$/)])
    const members = { fault: 'unexpected', reason: 'token_unreadable', ring_key: 'Z', stack }
    await expectFault({ ...members, request_id: answer.json['request_id'] })
  })
})

describe('what is done beside an answer, or by the cron', () => {
  /** A statement that updates this column ends with a text that must not be seen. */
  async function breakUpdates(column: string): Promise<void> {
    const message = `RAISE(ABORT, '${HIDDEN}')`
    await runSql(
      rig.libsqlUrl,
      `CREATE TRIGGER broken BEFORE UPDATE OF ${column} ON api_keys BEGIN SELECT ${message}; END`,
    )
  }
  afterEach(() => runSql(rig.libsqlUrl, 'DROP TRIGGER IF EXISTS broken'))

  it.each([
    ['mark_enforced', 'enforced_revision'],
    ['mark_published', 'published_revision'],
  ])('%s', async (fault, column) => {
    const { id } = await customer.createKey()
    await breakUpdates(column)
    await customer.call('PATCH', `/keys/${id}`, { ip_acl: ['192.0.2.0/24'] })
    // As if a minute had passed, after which the cron takes a row out of the outbox.
    await runSql(rig.libsqlUrl, 'UPDATE api_keys SET revised_at = revised_at - 120000')
    await rig.worker.runCron()
    await expectFault({ fault, reason: 'sqlite_constraint' })
  })

  it('a row is older than its authority', async () => {
    const { id } = await customer.createKey()
    const tighten = (entry: string) => customer.call('PATCH', `/keys/${id}`, { ip_acl: [entry] })
    expect((await tighten('192.0.2.0/24')).status).toBe(200)
    await runSql(rig.libsqlUrl, 'UPDATE api_keys SET revision = 1 WHERE id = ?', [id])
    await tighten('192.0.2.0/25')
    await expectFault({ fault: 'database_behind', reason: 'raised' })
  })

  it('the use of a deleted key cannot be forgotten', async () => {
    const { id } = await customer.createKey()
    const { password } = customer
    const rotation = { password, overlap_seconds: 0 }
    expect((await customer.call('POST', `/keys/${id}/rotation`, rotation)).status).toBe(201)
    await rig.authorities({ fault: 'no use' })
    expect((await customer.call('DELETE', `/keys/${id}`)).status).toBe(200)
    await expectFault({ fault: 'use', reason: 'unreachable' })
  })

  it('an event is not taken', async () => {
    const gateway = await rig.another({
      EVENTS_URL: `http://127.0.0.1:${await freePort()}/events`,
      EVENTS_SECRET: `whsec_${Buffer.from(HIDDEN).toString('base64')}`,
    })
    const { id } = await customer.createKey()
    const headers = { Cookie: customer.cookie }
    await send(`${gateway}/admin/api/v1/keys/${id}`, { method: 'DELETE', headers })
    await expectFault({ fault: 'events', reason: 'reset' })
  })
})

describe('the operator', () => {
  it('compares stores of which one is down', async () => {
    rig.libsql.set('closed')
    expect((await rig.operator('POST', '/reconcile', { repair: false })).status).toBe(503)
    await expectFault({ fault: 'reconcile', reason: 'reset' })
  })

  it('asks objects that cannot be reached', async () => {
    const broken = { type: 'worker', worker: 'store-sim', exportName: 'BrokenHasher' } as const
    const names = ['LOCATION_METRICS', 'SHADOW_COUNTS', 'PASSWORD_HASHER']
    const gateway = await rig.another(
      { ENFORCEMENT: 'shadow' },
      Object.fromEntries(names.map((name) => [name, broken])),
    )
    const { OPERATOR_TOKEN } = rig.secrets
    for (const path of ['/metrics', '/shadow']) {
      expect((await operatorCall(gateway, OPERATOR_TOKEN, 'GET', path)).status).toBe(503)
      await expectFault({ fault: path.slice(1), reason: 'unreachable' })
    }
    const { email, password } = customer
    const headers = { 'Content-Type': 'application/json' }
    const body = JSON.stringify({ email, password })
    await send(`${gateway}/admin/api/v1/session`, { method: 'POST', headers, body })
    await expectFault({ fault: 'hasher', reason: 'unreachable' })
  })

  it('has deployed a secret that cannot be read, which is said once a minute', async () => {
    const gateway = await rig.another({ TOKEN_KEYS: `A:${HIDDEN}` })
    for (const _ of [1, 2, 3]) expect((await send(`${gateway}/x`)).status).toBe(503)
    await expectFault({ fault: 'configuration', detail: expect.stringMatching(/^TOKEN_KEYS is/) })
    expect(linesSince().filter(({ fault }) => fault === 'configuration')).toHaveLength(1)
  })
})

describe('no fault', () => {
  /** What cannot be brought about here: where it is held instead. */
  const ELSEWHERE: Readonly<Record<string, string>> = {
    clock: 'test/gateway/clock-guard.test.ts',
    identity_provider: 'test/worker/oidc-log-in.test.ts',
    reseal: 'test/worker/reseal.test.ts',
  }

  it('has a kind that was not provoked', () => {
    const left = FAULT_KINDS.filter((kind) => !met.has(kind) && ELSEWHERE[kind] === undefined)
    expect(left).toEqual([])
    for (const [kind, file] of Object.entries(ELSEWHERE)) expect(source(file)).toContain(kind)
  })

  it('holds a secret', async () => {
    const rows = await secretsAtRest()
    const secrets = [
      key.token,
      customer.password,
      customer.email,
      customer.cookie.split('=')[1] ?? '',
      ...Object.values(rig.secrets),
      ...rows,
      '127.0.0.1',
      'nowhere.invalid',
      'The JWT has expired',
      'Service Unavailable',
      HIDDEN,
    ]
    const faults = rig.logs.filter((line) => line.includes('"level":"error"'))
    expect(faults.length).toBeGreaterThan(12)
    for (const secret of secrets) expect(faults.join('\n').includes(secret), secret).toBe(false)
  })
})

async function secretsAtRest(): Promise<string[]> {
  const client = createClient({ url: rig.libsqlUrl })
  const { rows } = await client.execute('SELECT lookup_id, sealed_token FROM api_keys')
  client.close()
  return rows.flatMap((row) => [String(row['lookup_id']), String(row['sealed_token'])])
}
