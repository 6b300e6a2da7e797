// ENFORCEMENT=shadow: each request is forwarded unchanged, and the verdict is only compared and counted.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CreatedKey, Customer } from '../../harness/customer.ts'
import type { RequestOptions } from '../../harness/http.ts'
import { sendRaw } from '../support/raw.ts'
import { type Rig, startRig } from '../support/rig.ts'

interface Difference {
  readonly key_id: string | null
  readonly kind: string
  readonly code: string | null
  readonly upstream_status: number
  readonly address: string | null
  readonly count: number
}
interface Shadow {
  readonly since: string
  readonly judged: number
  readonly agreed: number
  readonly differences: readonly Difference[]
  readonly next_cursor: string | null
}

const PATIENCE = { timeout: 15_000, interval: 100 }
const CLIENT = '203.0.113.7'

let rig: Rig
let customer: Customer
let key: CreatedKey

beforeAll(async () => {
  const variables = {
    ENFORCEMENT: 'shadow',
    IMPORTED_TOKENS: '["^old_[0-9a-f]{32}$"]',
    AUTHORITY_TIMEOUT_MS: '10000', // on a busy machine too, each verdict is one on the key
  }
  rig = await startRig({ variables, upstreamPath: '/base' })
  customer = await rig.customer()
  key = await customer.createKey()
})
afterAll(() => rig.stop())
beforeEach(() => {
  rig.upstream.reset()
  rig.upstream.answerWith(undefined)
})

const at = (address: string, headers: RequestOptions['headers'] = {}) => ({
  headers: { 'CF-Connecting-IP': address, ...headers },
})

/** The upstream's answers from now on. */
function answer(status: number): void {
  rig.upstream.answerWith((_, response) => {
    response.statusCode = status
    response.end('upstream')
  })
}

async function readShadow(query = ''): Promise<Shadow> {
  const { status, json, text } = await rig.operator('GET', `/shadow${query}`)
  expect(status, text).toBe(200)
  return json as unknown as Shadow
}

/** The differences that are counted so far, without their times. */
async function readDifferences(keyId: string | null): Promise<unknown[]> {
  await rig.worker.runCron() // reports at once
  const { differences } = await readShadow('?limit=200')
  const of = differences.filter((one) => one.key_id === keyId)
  return of.map(({ kind, code, upstream_status: status, address, count }) => {
    return [kind, code, status, address, count]
  })
}

describe('what goes on in shadow', () => {
  it.each<[string, Record<string, string | string[]>]>([
    ['a key that is no token', { Authorization: 'Token abc' }],
    ['another scheme', { Authorization: 'Basic dTpw' }],
    ['two credentials', { Authorization: 'Bearer a', 'X-API-Key': 'b' }],
    ['repeated ones', { 'X-API-Key': ['a', 'b'] }],
    ['a name with an underscore', { X_API_Key: 'a' }],
  ])('is %s, with its credential', async (_, headers) => {
    const sent = await rig.send('/x?y=%20', { method: 'POST', headers, body: 'text' })
    expect([sent.status, sent.text]).toEqual([200, 'upstream'])
    const [received] = rig.upstream.received
    expect([received?.method, received?.url]).toEqual(['POST', '/base/x?y=%20'])
    expect((await received?.body)?.bytes).toBe(4)
    for (const [name, value] of Object.entries(headers)) {
      expect(received?.headers[name.toLowerCase()]).toBe([value].flat().join(', '))
    }
  })

  it('has no identity: neither what the client claims nor what the gateway knows', async () => {
    const cookie = `a=1; ${customer.cookie}; b=2`
    const sent = await rig.send('/x', {
      headers: {
        Authorization: `Token ${key.token}`,
        Cookie: cookie,
        'X-Portal-Account': 'acc_1',
        X_Portal_Key: 'key_1',
        'X-Forwarded-For': CLIENT,
        'X-Real-IP': CLIENT,
        'X-Request-Id': 'mine',
        'X-Other': 'stays',
      },
    })
    expect(sent.headers['x-request-id']).toBe('mine')
    const { headers = {} } = rig.upstream.received[0] ?? {}
    expect(headers['cookie']).toBe('a=1; b=2')
    expect(headers['authorization']).toBe(`Token ${key.token}`)
    expect([headers['x-other'], headers['x-request-id']]).toEqual(['stays', 'mine'])
    const names = Object.keys(headers).filter((name) => /portal|forwarded|real-ip/.test(name))
    expect(names).toEqual([])
  })

  it('is plain HTTP to another host, and a preflight as it came', async () => {
    const head = `Host: gateway.example\r\nX-API-Key: ${key.token}\r\nConnection: close\r\n\r\n`
    const text = await sendRaw(rig.url, { parts: [`GET /plain HTTP/1.1\r\n${head}`] })
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    const preflight = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'PUT' }
    await rig.send('/x', { method: 'OPTIONS', headers: { ...preflight, 'X-Other': 'stays' } })
    expect(rig.upstream.received.map(({ url }) => url)).toEqual(['/base/plain', '/base/x'])
    expect(rig.upstream.received[1]?.headers).toMatchObject({ 'x-other': 'stays' })
  })

  it('is not what cannot be forwarded, or would leave the path of UPSTREAM_URL', async () => {
    const withBody = { 'X-API-Key': key.token, 'Content-Length': '4' }
    const body = await rig.send('/x', { headers: withBody, body: 'text' })
    expect([body.status, body.json['code']]).toEqual([400, 'body_not_allowed'])
    const path = await rig.send('/%2e%2e%2fx', { headers: { 'X-API-Key': key.token } })
    expect([path.status, path.json['code']]).toEqual([400, 'request_malformed'])
    expect(rig.upstream.received).toEqual([])
  })

  it('waits for no verdict', async () => {
    const fresh = await customer.createKey()
    rig.libsql.set('hanging') // the first use of a key asks libSQL
    const headers = { 'X-API-Key': fresh.token, 'X-Request-Id': 'not-judged' }
    const sent = await rig.send('/x', { headers })
    expect([sent.status, sent.text]).toEqual([200, 'upstream'])
    const line = () => rig.logs.find((one) => one.includes('"not-judged"') && one.includes('plane'))
    expect(line()).toBeUndefined()
    rig.libsql.set('open')
    await expect.poll(line, PATIENCE).toBeDefined()
    const { total_ms: totalMs } = JSON.parse(line() ?? '') as { total_ms: number }
    expect(totalMs).toBeLessThan(1_000)
  })

  it('is a WebSocket upgrade', async () => {
    rig.upstream.onUpgrade((request, socket) => {
      socket.end(`HTTP/1.1 403 Forbidden\r\nX-Upgrade: ${request.headers['upgrade']}\r\n\r\n`)
    })
    const url = `${rig.url}/socket`
    const headers = { Upgrade: 'websocket', 'X-API-Key': 'abc' }
    const sent = await rig.worker.miniflare.dispatchFetch(url, { headers })
    expect([sent.status, sent.headers.get('x-upgrade')]).toEqual([403, 'websocket'])
    expect(rig.upstream.received[0]?.headers).toMatchObject({ 'x-api-key': 'abc' })
    rig.upstream.onUpgrade(undefined)
  })

  it('is nothing under /admin', async () => {
    const held = await rig.send('/admin/api/v1/key', { headers: { 'X-API-Key': 'abc' } })
    expect([held.status, held.json['code']]).toEqual([401, 'key_invalid'])
  })

  it("has the upstream's answer as it is, without the cookie of the admin page", async () => {
    rig.upstream.answerWith((_, response) => {
      response.writeHead(403, {
        'Set-Cookie': ['__Host-portal_session=x; Path=/', 'own=1'],
        'X-Request-Id': 'theirs',
      })
      response.end('no')
    })
    const sent = await rig.send('/x', { headers: { 'X-API-Key': key.token } })
    expect([sent.status, sent.text, sent.headers['set-cookie']]).toEqual([403, 'no', ['own=1']])
    expect(sent.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(sent.headers).not.toHaveProperty('www-authenticate')
  })
})

describe('what is counted in shadow', () => {
  it('is agreement, and each difference by key, kind, code, status and address', async () => {
    const acl = await customer.createKey({ ip_acl: ['198.51.100.0/24'] })
    const headers = { 'X-API-Key': acl.token }
    await rig.send('/x', at('198.51.100.1', headers)) // agreed
    await rig.send('/x', at(CLIENT, headers))
    await rig.send('/x', at(CLIENT, headers))
    answer(502)
    await rig.send('/x', at(CLIENT, headers)) // tells nothing
    answer(401)
    await rig.send('/x', at(CLIENT, headers)) // agreed
    await rig.send('/x', at('198.51.100.1', headers))
    const read = () => readDifferences(acl.id)
    await expect.poll(read, PATIENCE).toEqual([
      ['would_allow', null, 401, '198.51.100.1', 1],
      ['would_refuse', 'ip_denied', 200, CLIENT, 2],
    ])
    const { judged, agreed, differences, since } = await readShadow('?limit=200')
    expect(judged - agreed).toBe(differences.reduce((sum, { count }) => sum + count, 0))
    expect(agreed).toBeGreaterThanOrEqual(2)
    expect(Math.abs(Date.parse(since) - Date.now())).toBeLessThan(60_000)
  })

  it('is seen by the owner of the key, and by no other', async () => {
    const acl = await customer.createKey({ ip_acl: ['198.51.100.0/24'] })
    await rig.send('/x', at('::ffff:203.0.113.7', { 'X-API-Key': acl.token }))
    await rig.worker.runCron()
    const read = async () => (await customer.call('GET', `/keys/${acl.id}/shadow`)).json
    await expect.poll(read, PATIENCE).toMatchObject({
      differences: [{ kind: 'would_refuse', code: 'ip_denied', address: CLIENT, count: 1 }],
    })
    const stranger = await (await rig.customer()).call('GET', `/keys/${acl.id}/shadow`)
    expect(stranger.status).toBe(404)
  })

  it('is without a key where none is known, in pages, and never a token', async () => {
    for (const host of [1, 2]) await rig.send('/x', at(`192.0.2.${host}`))
    await rig.send('/x', at(CLIENT, { 'X-API-Key': `${key.token.slice(0, -1)}-` }))
    await rig.send('/y', at('unreadable', { Authorization: 'Bearer a, Bearer b' }))
    const expected = [
      ['would_refuse', 'credential_missing', 200, '192.0.2.1', 1],
      ['would_refuse', 'credential_missing', 200, '192.0.2.2', 1],
      ['would_refuse', 'key_invalid', 200, CLIENT, 1],
      ['would_refuse', 'credential_ambiguous', 200, null, 1],
    ]
    const read = () => readDifferences(null)
    await expect.poll(read, PATIENCE).toEqual(expect.arrayContaining(expected))

    const all = (await readShadow('?limit=200')).differences
    const paged: Difference[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Shadow = await readShadow(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      paged.push(...page.differences)
      cursor = page.next_cursor
    }
    expect(paged).toEqual(all)
    const { status, json } = await rig.operator('GET', '/shadow?cursor=x')
    expect([status, json['errors']]).toMatchObject([422, [{ pointer: '/cursor' }]])
    expect(JSON.stringify(all) + rig.logs.join('')).not.toContain(key.token.slice(4, -1))
  })

  it('is a deleted key too, with its id', async () => {
    const gone = await customer.createKey()
    await rig.send('/x', { headers: { 'X-API-Key': gone.token } })
    await customer.call('DELETE', `/keys/${gone.id}`)
    await rig.send('/x', at(CLIENT, { 'X-API-Key': gone.token }))
    const read = () => readDifferences(gone.id)
    await expect.poll(read, PATIENCE).toEqual([['would_refuse', 'key_revoked', 200, CLIENT, 1]])
  })

  it('is an imported key, and what is none yet', async () => {
    const use = (token: string) => rig.send('/x', at(CLIENT, { Authorization: `Token ${token}` }))
    const token = `old_${randomBytes(16).toString('hex')}`
    const row = { token, application_name: 'CRM', platform: 'server', ip_acl: ['198.51.100.0/24'] }
    const path = `/accounts/${customer.id}/keys/import`
    const { json } = await rig.operator('POST', path, { keys: [row] })
    const [{ key_id: id = '' } = {}] = json['results'] as { key_id?: string }[]
    answer(404)
    await use(token)
    const unknown = `old_${randomBytes(16).toString('hex')}`
    await use(unknown)
    const read = () => readDifferences(id)
    await expect.poll(read, PATIENCE).toEqual([['would_refuse', 'ip_denied', 404, CLIENT, 1]])
    const ofNone = () => readDifferences(null)
    const told = ['would_refuse', 'key_invalid', 404, CLIENT, 1]
    await expect.poll(ofNone, PATIENCE).toContainEqual(told)
    expect(rig.logs.join('')).not.toContain(unknown.slice(4))
  })

  it('is a rate limit too, which no header tells', async () => {
    const limited = await customer.createKey({ rate_limit: { requests: 2, per_seconds: 3_600 } })
    const use = () => rig.send('/x', at(CLIENT, { 'X-API-Key': limited.token }))
    for (let i = 0; i < 4; i++) expect((await use()).headers).not.toHaveProperty('ratelimit')
    answer(429)
    await use() // agreed
    const read = () => readDifferences(limited.id)
    await expect.poll(read, PATIENCE).toEqual([['would_refuse', 'rate_limited', 200, CLIENT, 2]])
  })

  it('is told: in the log, by the metrics as the verdict, and by health', async () => {
    await rig.send('/x', { headers: { 'X-Request-Id': 'the-line' } })
    const line = () => rig.logs.find((one) => one.includes('"the-line"'))
    await expect.poll(line, PATIENCE).toBeDefined()
    expect(JSON.parse(line() ?? '')).toMatchObject({
      enforcement: 'shadow',
      status: 200,
      code: 'credential_missing',
      upstream_status: 200,
    })
    const { json } = await rig.send('/admin/api/v1/health')
    expect(json).toMatchObject({ status: 'ok', enforcement: 'shadow' })
  })

  it('is forgotten seven days after it was seen last, and counting begins anew', async () => {
    const namespace = await rig.worker.miniflare.getDurableObjectNamespace('SHADOW_COUNTS')
    const stub = namespace.get(namespace.idFromName('of a test')) as unknown as {
      report: (report: object) => Promise<void>
      read: (filter: object) => Promise<{ sinceMs: number | null; judged: number }>
      forget: (nowMs: number) => Promise<void>
    }
    const difference = { keyId: null, kind: 'would_refuse', code: null, upstreamStatus: 200 }
    const differences = [{ ...difference, address: CLIENT, count: 1, agoMs: 30_000 }]
    const started = Date.now()
    await stub.report({ firstAgoMs: 30_000, judged: 2, agreed: 1, differences })
    await stub.report({ firstAgoMs: 0, judged: 1, agreed: 1, differences: [] })
    expect(await stub.read({ limit: 9 })).toMatchObject({ judged: 3, differences: [{ id: 1 }] })
    const week = 7 * 24 * 3_600_000
    await stub.forget(started + week - 60_000)
    expect(await stub.read({ limit: 9 })).toMatchObject({ judged: 3, differences: [{ id: 1 }] })
    await stub.forget(started + week - 15_000)
    expect(await stub.read({ limit: 9 })).toMatchObject({ judged: 3, differences: [] })
    await stub.forget(Date.now() + week)
    expect(await stub.read({ limit: 9 })).toMatchObject({ sinceMs: null, judged: 0 })
    await stub.report({ firstAgoMs: 0, judged: 1, agreed: 1, differences: [] })
    expect(await stub.read({ limit: 9 })).toMatchObject({ judged: 1 })
  })

  it('is use that the IP ACL reports, and no refusal', async () => {
    const acl = await customer.createKey({ ip_acl: ['198.51.100.0/24'] })
    for (const address of [CLIENT, '198.51.100.1']) {
      await rig.send('/x', at(address, { 'X-API-Key': acl.token }))
    }
    const usage = async () => (await customer.call('GET', `/keys/${acl.id}/usage`)).json
    await expect.poll(usage, PATIENCE).toMatchObject({ buckets: [{ allowed: 2, refused: {} }] })
    const { json } = await customer.call('GET', `/keys/${acl.id}/denials`)
    expect(json['denials']).toMatchObject([{ address: CLIENT, count: 1, enforced: false }])
  })
})
