import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiDocument } from '../../src/admin/openapi/document.ts'
import type { Customer } from '../support/customer.ts'
import { type HttpAnswer, type RequestOptions } from '../support/http.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer
let keyId: string

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
  keyId = (await customer.createKey()).id
})
afterAll(() => rig.stop())

const API = '/admin/api/v1'

/** Every route behind a session; ID stands for a key of the customer. */
const ROUTES = [
  ['GET', '/session'],
  ['DELETE', '/session'],
  ['GET', '/keys'],
  ['POST', '/keys'],
  ['GET', '/keys/ID'],
  ['PATCH', '/keys/ID'],
  ['DELETE', '/keys/ID'],
  ['POST', '/keys/ID/reveal'],
  ['GET', '/sessions'],
  ['DELETE', '/sessions/x'],
  ['GET', '/audit'],
] as const
const CHANGING = [
  ['POST', '/session'],
  ...ROUTES.filter(([method]) => method !== 'GET'),
  ['POST', '/operator/accounts'],
  ['PATCH', '/operator/accounts/x'],
] as const
const WITH_BODY = CHANGING.filter(([method]) => method !== 'DELETE')

function call(method: string, path: string, options: RequestOptions = {}): Promise<HttpAnswer> {
  return rig.send(API + path.replace('ID', keyId), {
    method,
    ...options,
    headers: { Cookie: customer.cookie, ...options.headers },
  })
}

describe('every admin route', () => {
  it.each(ROUTES)('%s %s needs a session', async (method, path) => {
    const answer = await rig.send(API + path.replace('ID', keyId), { method })
    expect(answer.status).toBe(401)
    expect(answer.json).toMatchObject({ code: 'unauthenticated' })
    expect(answer.headers['www-authenticate']).toBe('Session realm="admin"')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['x-request-id']).toBe(answer.json['request_id'])
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('that is not there needs one as well, and is 404 with it', async () => {
    expect((await rig.send(`${API}/nothing`)).status).toBe(401)
    const answer = await call('GET', '/nothing')
    expect(answer.status).toBe(404)
    expect(answer.json).toMatchObject({ code: 'not_found' })
  })

  it.each(CHANGING)('%s %s is refused to another origin', async (method, path) => {
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: rig.url.replace('http:', 'https:') },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'cross-site', Origin: rig.url },
      { Origin: 'https://evil.example', 'Content-Type': 'text/plain' },
      { Origin: 'https://evil.example', 'Content-Type': 'application/x-www-form-urlencoded' },
    ]) {
      const answer = await call(method, path, { headers })
      expect(answer.status, JSON.stringify(headers)).toBe(403)
      expect(answer.json).toMatchObject({ code: 'cross_site_request' })
    }
  })

  it('lets its own origin through', async () => {
    const headers = { Origin: rig.url, 'Sec-Fetch-Site': 'same-origin' }
    expect((await call('PATCH', '/keys/ID', { headers })).json).toMatchObject({
      code: 'unsupported_media_type',
    })
  })

  it.each([
    ['PUT', '/session', 'POST, GET, HEAD, DELETE'],
    ['DELETE', '/keys', 'GET, HEAD, POST'],
    ['PUT', '/keys/ID', 'GET, HEAD, PATCH, DELETE'],
    ['GET', '/keys/ID/reveal', 'POST'],
  ])('%s %s is 405, with Allow: %s', async (method, path, allow) => {
    const answer = await call(method, path)
    expect(answer.status).toBe(405)
    expect(answer.json).toMatchObject({ code: 'method_not_allowed' })
    expect(answer.headers['allow']).toBe(allow)
  })

  it('of the operator answers a wrong method with 405 too', async () => {
    const answer = await rig.operator('PUT', '/accounts')
    expect(answer.status).toBe(405)
    expect(answer.headers['allow']).toBe('POST, GET, HEAD')
  })

  it.each(WITH_BODY)('%s %s takes JSON alone', async (method, path) => {
    const authorized = path.startsWith('/operator')
      ? { Authorization: `Bearer ${rig.secrets.OPERATOR_TOKEN}` }
      : {}
    if (path === '/operator/accounts/x') return // 404 comes first there
    const send = (type: string, body: string | Buffer) =>
      call(method, path, {
        headers: {
          ...authorized,
          'Content-Type': type,
          'Content-Length': String(Buffer.byteLength(body)),
        },
        body,
      })
    expect((await send('text/plain', '{}')).json).toMatchObject({ code: 'unsupported_media_type' })
    expect((await send('application/x-www-form-urlencoded', 'a=b')).status).toBe(415)
    expect((await send('application/json', '{')).json).toMatchObject({ code: 'body_malformed' })
    expect((await send('application/json', '')).status).toBe(400)
    expect((await send('application/json', Buffer.from('"\xff"', 'latin1'))).status).toBe(400)
    const large = JSON.stringify({ x: 'x'.repeat(64 * 1024) })
    expect((await send('application/json', large)).json).toMatchObject({
      code: 'payload_too_large',
    })
    expect((await send('application/JSON; charset=utf-8', '[]')).status).toBe(422)
  })

  it('counts a body without Content-Length as well', async () => {
    const answer = await call('POST', '/keys', {
      headers: { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' },
      body: JSON.stringify({ x: 'x'.repeat(70_000) }),
    })
    expect(answer.status).toBe(413)
  })
})

describe('the admin surface', () => {
  it.each(['/admin/', '/%61dmin/', '/admin/index.html/../'])('has a page at %s', async (path) => {
    const answer = await rig.send(path)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toContain('text/html')
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.text).toContain('/admin/api/v1/')
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('describes its API to whoever asks', async () => {
    const answer = await rig.send('/admin/api/openapi.json')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.json).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
  })

  it('redirects /admin to /admin/', async () => {
    const answer = await rig.send('/admin')
    expect(answer.status).toBe(308)
    expect(answer.headers['location']).toBe('/admin/')
  })

  it.each([
    '/admin/nothing',
    '/admin/api/',
    '/admin/api/v2/keys',
    '/admin%2Fapi/v1/keys',
    '/admin%2f',
  ])('has nothing at %s', async (path) => {
    const answer = await rig.send(path)
    expect(answer.status).toBe(404)
    expect(answer.json).toMatchObject({ code: 'not_found' })
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('is reached by an encoded path, as it would be by a plain one', async () => {
    const answer = await rig.send(`/%61dmin/api/v1/keys`, { headers: { Cookie: customer.cookie } })
    expect(answer.status).toBe(200)
    expect(answer.json).toHaveProperty('keys')
  })

  it('answers on ADMIN_HOST alone, where that is set', async () => {
    const hosted = await startRig({ variables: { ADMIN_HOST: 'Keys.example' } })
    try {
      const at = (url: string) => hosted.worker.miniflare.dispatchFetch(url, { redirect: 'manual' })
      expect((await at('https://keys.example/admin/')).status).toBe(200)
      expect((await at('https://keys.example/admin/api/v1/session')).status).toBe(401)
      expect((await at('https://keys.example/admin/api/openapi.json')).status).toBe(200)
      for (const url of [
        'https://api.example/admin/',
        'https://api.example/admin/api/v1/session',
        'https://api.example/admin/api/openapi.json',
      ]) {
        const answer = await at(url)
        expect(answer.status).toBe(401)
        expect(await answer.json()).toMatchObject({ code: 'credential_missing' })
      }
      expect(hosted.upstream.received).toHaveLength(0)
    } finally {
      await hosted.stop()
    }
  })
})
