// Plain HTTP to another machine. The rig's own address is loopback, so a Host header stands for another.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CreatedKey, Customer } from '../../harness/customer.ts'
import { sendRaw } from '../support/raw.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer
let key: CreatedKey

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
  key = await customer.createKey()
})
afterAll(() => rig.stop())
beforeEach(() => rig.upstream.reset())

async function at(host: string, line: string, headers: Record<string, string> = {}) {
  const fields = { Host: host, Connection: 'close', ...headers }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  const text = await sendRaw(rig.url, { parts: [`${line} HTTP/1.1\r\n${lines.join('')}\r\n`] })
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim()
  return { status: Number(head.split(' ')[1]), header, body }
}

const withKey = () => ({ 'X-API-Key': key.token })

describe('the Portal API over plain HTTP', () => {
  it.each([
    'gateway.example',
    'gateway.example:8787',
    'localhost.gateway.example',
    '192.0.2.1',
    '[::ffff:127.0.0.1]',
    '127.0.0.1.',
  ])('is refused at %s, unless that is loopback', async (host) => {
    const { status, header, body } = await at(host, 'GET /customer', withKey())
    if (host === '127.0.0.1.') return expect(status).toBe(200)
    expect(status).toBe(403)
    expect(header('content-type')).toBe('application/problem+json')
    expect(header('cache-control')).toBe('no-store')
    expect(header('access-control-allow-origin')).toBe('*')
    expect(header('www-authenticate')).toBeUndefined()
    expect(JSON.parse(body)).toMatchObject({
      code: 'https_required',
      status: 403,
      request_id: header('x-request-id'),
      detail: expect.stringMatching(/API key .* replaced/) as string,
    })
    expect(rig.upstream.received).toHaveLength(0)
  })

  it.each([
    ['no credential', 'GET /customer', {}],
    ['two credentials', 'GET /customer', { 'X-API-Key': 'a', Authorization: 'Token b' }],
    ['a forged key', 'GET /customer', { 'X-API-Key': `cpk_A${'1'.repeat(43)}` }],
    [
      'a preflight',
      'OPTIONS /customer',
      { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' },
    ],
    [
      'a word about the edge',
      'GET /customer',
      { Forwarded: 'proto=https', 'CF-Visitor': '{"scheme":"https"}' },
    ],
    ['an absolute target', 'GET https://gateway.example/customer', {}],
    ['the target of another host', 'GET http://localhost/customer', {}],
  ])('is refused before anything else is looked at: %s', async (_, line, headers) => {
    const { status, body } = await at('gateway.example', line, headers)
    expect(status, body).toBe(403)
    expect(body).toContain('"code":"https_required"')
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('is refused without its body to HEAD', async () => {
    const { status, header, body } = await at('gateway.example', 'HEAD /customer', withKey())
    expect([status, body]).toEqual([403, ''])
    expect(Number(header('content-length'))).toBeGreaterThan(0)
  })

  it.each(['localhost', 'LocalHost:1', 'foo.localhost', '127.8.8.8', '[::1]:8787'])(
    'is let in at %s, which is this machine',
    async (host) => {
      expect((await at(host, 'GET /customer', withKey())).status).toBe(200)
      expect(rig.upstream.received).toHaveLength(1)
    },
  )

  // The socket's own way in is no test of this: Miniflare makes the URL's scheme of X-Forwarded-Proto there.
  it('is what the scheme of the URL says, whatever a header says', async () => {
    const answers = ['https', 'http'].map(async (scheme) => {
      const url = `${scheme}://gateway.example/customer`
      const { miniflare } = rig.worker
      const headers = { ...withKey(), 'X-Forwarded-Proto': 'https' }
      return (await miniflare.dispatchFetch(url, { headers })).status
    })
    expect(await Promise.all(answers)).toEqual([200, 403])
    expect(rig.upstream.received).toHaveLength(1)
    expect(rig.upstream.received[0]?.headers['x-forwarded-proto']).toBe('https')
  })
})

describe('the admin surface over plain HTTP', () => {
  it.each([
    ['/admin', '/admin'],
    ['/admin/', '/admin/'],
    ['/%61dmin/?a=b', '/%61dmin/?a=b'],
    ['/admin/assets/x.js', '/admin/assets/x.js'],
    ['/admin/errors/key_invalid', '/admin/errors/key_invalid'],
    ['/admin/../admin/', '/admin/'],
    ['//evil.example/../admin/', null],
  ])('leads a person to https: %s', async (path, target) => {
    for (const method of ['GET', 'HEAD']) {
      const { status, header } = await at('gateway.example:8787', `${method} ${path}`)
      if (target === null) return expect(status).toBe(403)
      expect(status).toBe(308)
      expect(header('location')).toBe(`https://gateway.example${target}`)
      expect(header('cache-control')).toBe('no-store')
      expect(header('set-cookie')).toBeUndefined()
    }
  })

  it.each(['user@gateway.example', 'user:1@gateway.example'])(
    'leads to the host alone: %s',
    async (host) => {
      const { status, header } = await at(host, 'GET /admin/')
      expect([status, header('location')]).toEqual([308, 'https://gateway.example/admin/'])
    },
  )

  it.each([
    ['GET /admin/api/v1/session', 'its cookie'],
    ['POST /admin/api/v1/session', 'its password'],
    ['DELETE /admin/api/v1/session', 'its cookie'],
    ['GET /admin/api/v1/operator/accounts', 'its token'],
    ['GET /admin/api/v1/health', 'what is down'],
    ['GET /admin/api/openapi.json', 'what others could change'],
    ['GET /admin/jwks.json', 'what others could change'],
    ['POST /admin/', 'whatever it is'],
    ['OPTIONS /admin/', 'whatever it is'],
  ])('refuses %s, which would show %s', async (line) => {
    const { status, header, body } = await at('gateway.example', line, {
      Cookie: customer.cookie,
      Origin: 'https://other.example',
      'Content-Type': 'application/json',
    })
    expect(status).toBe(403)
    expect(header('set-cookie')).toBeUndefined()
    expect(header('access-control-allow-origin')).toBeUndefined()
    expect(header('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(JSON.parse(body)).toMatchObject({ code: 'https_required' })
  })

  it('logs nobody in', async () => {
    const credentials = JSON.stringify({ email: customer.email, password: customer.password })
    const { miniflare } = rig.worker
    const logIn = (scheme: string) =>
      miniflare.dispatchFetch(`${scheme}://gateway.example/admin/api/v1/session`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: credentials,
      })
    const refused = await logIn('http')
    expect([refused.status, refused.headers.has('set-cookie')]).toEqual([403, false])
    const secure = await logIn('https')
    expect(secure.status).toBe(200)
    expect(secure.headers.get('set-cookie')).toMatch(/^__Host-portal_session=.*; Secure/)
  })
})

describe('a deployment without its secrets', () => {
  it('refuses plain HTTP all the same', async () => {
    const broken = await startRig({ without: ['TOKEN_KEYS'] })
    try {
      for (const [path, code] of [
        ['/customer', 'https_required'],
        ['/admin/api/v1/session', 'https_required'],
      ] as const) {
        const answer = await broken.worker.miniflare.dispatchFetch(`http://gateway.example${path}`)
        expect(answer.status).toBe(403)
        expect(await answer.json()).toMatchObject({ code })
      }
    } finally {
      await broken.stop()
    }
  })
})
