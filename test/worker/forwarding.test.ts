import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CreatedKey, Customer } from '../../harness/customer.ts'
import { type HttpAnswer, open, type RequestOptions } from '../../harness/http.ts'
import { type Rig, startRig } from '../support/rig.ts'
import type { Received } from '../support/upstream.ts'

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

function call(path: string, options: RequestOptions = {}): Promise<HttpAnswer> {
  return rig.send(path, { ...options, headers: { 'X-API-Key': key.token, ...options.headers } })
}

/** What the upstream received of a call that must have passed. */
async function forwarded(path: string, options: RequestOptions = {}): Promise<Received> {
  const answer = await call(path, options)
  expect(answer.status, answer.text).toBe(200)
  const [received] = rig.upstream.received
  if (received === undefined) throw new Error('The upstream was not called')
  return received
}

describe('method, path and query', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('forwards %s', async (method) => {
    expect((await forwarded('/x', { method })).method).toBe(method)
  })

  it('forwards HEAD, and answers without a body', async () => {
    const answer = await call('/x', { method: 'HEAD' })
    expect(answer.status).toBe(200)
    expect(answer.body).toHaveLength(0)
    expect(rig.upstream.received[0]?.method).toBe('HEAD')
  })

  it.each([
    ['/', '/'],
    ['/a?b=c&d=%20', '/a?b=c&d=%20'],
    ['/a?', '/a?'],
    ['/a%2Fb%20c', '/a%2Fb%20c'],
    ['/%zz?%zz', '/%zz?%zz'],
    ['//host/x', '//host/x'],
    ['//evil.example/../x', '//x'],
    ['/a/../b', '/b'],
    ['/%2561dmin/', '/%2561dmin/'],
    // Without a path in UPSTREAM_URL there is nothing to step out of.
    ['/%2e%2e%2fx', '/%2e%2e%2fx'],
    ['/a/..;/b', '/a/..;/b'],
    ['/a/..%5cb', '/a/..%5cb'],
    ['/administrator', '/administrator'],
    ['/adminx/api', '/adminx/api'],
    ['/Admin/', '/Admin/'],
    ['/app.js', '/app.js'],
    ['/index.html', '/index.html'],
  ])('forwards %s as %s', async (path, url) => {
    expect((await forwarded(path)).url).toBe(url)
  })
})

describe('the path of UPSTREAM_URL', () => {
  it.each(['/v1', '/v1/'])('%s is a prefix', async (upstreamPath) => {
    const prefixed = await startRig({ upstreamPath })
    try {
      const { token } = await (await prefixed.customer()).createKey()
      for (const path of ['/customer?a=b', '/', '//host/x']) {
        await prefixed.send(path, { headers: { 'X-API-Key': token } })
        expect(prefixed.upstream.received.at(-1)?.url).toBe(`/v1${path}`)
      }
      prefixed.upstream.reset()
      for (const path of ['/%2e%2e%2fx', '/a/..%5cb', '/a/..;/b', '/a/.%2e;x/b', '/..%00/']) {
        for (const method of ['GET', 'POST']) {
          const headers = { 'X-API-Key': token, 'Content-Length': '0' }
          const answer = await prefixed.send(path, { method, headers })
          expect(answer.status, path).toBe(400)
          expect(answer.json).toMatchObject({ code: 'request_malformed' })
        }
        const preflight = { Origin: 'https://a.example', 'Access-Control-Request-Method': 'GET' }
        const answer = await prefixed.send(path, { method: 'OPTIONS', headers: preflight })
        expect(answer.status, path).toBe(400)
      }
      expect(prefixed.upstream.received).toEqual([])
      await prefixed.send('/a/..%252fb?x=/..;/', { headers: { 'X-API-Key': token } })
      expect(prefixed.upstream.received.at(-1)?.url).toBe('/v1/a/..%252fb?x=/..;/')
    } finally {
      await prefixed.stop()
    }
  })
})

describe('request headers', () => {
  it('pass, with what the gateway adds', async () => {
    const { headers } = await forwarded('/x', {
      headers: {
        'CF-Connecting-IP': '::ffff:192.0.2.1',
        'X-Request-Id': 'my-id',
        Accept: 'text/x',
        'X-Custom': '1',
        'User-Agent': 'test',
      },
    })
    expect(headers).toMatchObject({
      accept: 'text/x',
      'x-custom': '1',
      'user-agent': 'test',
      'x-portal-account': customer.id,
      'x-portal-key': key.id,
      'x-portal-client-ip': '192.0.2.1',
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-host': new URL(rig.url).host,
      'x-forwarded-proto': 'http',
      'x-request-id': 'my-id',
    })
  })

  it('never pass for identity, however they are spelled', async () => {
    const { headers } = await forwarded('/x', {
      headers: {
        'X-Portal-Account': 'evil',
        x_portal_key: 'evil',
        'X-Portal_Admin': 'evil',
        'X-Portal.Role': 'evil',
        'X-Forwarded-User': 'evil',
        X_Forwarded_For: 'evil',
        Forwarded: 'for=evil',
        'X-Real-IP': 'evil',
        X_Real_IP: 'evil',
        'True-Client-IP': 'evil',
        'X-Client-IP': 'evil',
        'X-Original-URL': 'evil',
        'X-Rewrite-URL': 'evil',
        'X-Forwarded': 'evil',
        'Forwarded-For': 'evil',
        'Client-IP': 'evil',
        Client_IP: 'evil',
        'X-Cluster-Client-IP': 'evil',
        'X-Original-Forwarded-For': 'evil',
        'X-Original-Host': 'evil',
        'X-Host': 'evil',
        'Fastly-Client-IP': 'evil',
        'Remote-User': 'evil',
        'X.Remote~User': 'evil',
        'CF-Access-Authenticated-User-Email': 'evil',
        Cf_Ray: 'evil',
      },
    })
    expect(JSON.stringify(headers)).not.toContain('evil')
    expect(headers['x-portal-account']).toBe(customer.id)
  })

  it('lose what is hop-by-hop, and what Connection names, but nothing of ours', async () => {
    const { headers } = await forwarded('/x', {
      headers: {
        Connection: 'close, X-Hop, X-Portal-Account, X-Request-Id, X-Forwarded-For',
        'X-Hop': '1',
        'Keep-Alive': 'timeout=5',
        TE: 'trailers',
        'Proxy-Authorization': 'Basic eDp5',
        'Proxy-Connection': 'close',
        'X-Kept': '1',
      },
    })
    for (const name of ['x-hop', 'keep-alive', 'te', 'proxy-authorization', 'proxy-connection']) {
      expect(headers).not.toHaveProperty(name)
    }
    expect(headers).toMatchObject({ 'x-kept': '1', 'x-portal-account': customer.id })
    expect(headers).toHaveProperty('x-request-id')
    expect(headers).toHaveProperty('x-forwarded-for')
  })

  it.each([
    ['X-Name: caf\u00e9', 'x-name', 'caf\u00e9'], // Latin-1, which is no UTF-8
    ['Cookie: a=caf\u00e9; b=2', 'cookie', 'a=caf\u00e9; b=2'],
    ['Cookie: a=1\r\nX-Name: caf\u00e9', 'cookie', 'a=1'],
    // The runtime reads one header of them, and a comma may be in a value.
    ['Cookie: a=1\r\nCookie: b=2', 'cookie', 'a=1, b=2'],
    ['Cookie: a=1\r\nCookie: portal_session=x\r\nCookie: b=2', 'cookie', 'a=1, b=2'],
    ['Set-Cookie: a=1\r\nSet-Cookie: b=2', 'set-cookie', 'a=1,b=2'],
    ['X-Twice: a\r\nX-Twice: b', 'x-twice', 'a, b'],
    ['Cookie: a=1,2; b=3', 'cookie', 'a=1,2; b=3'],
  ])('pass as they came: %s', async (lines, name, value) => {
    const { hostname, port, host } = new URL(rig.url)
    const socket = connect(Number(port), hostname)
    const head = `GET /x HTTP/1.1\r\nHost: ${host}\r\nX-API-Key: ${key.token}\r\n${lines}\r\n\r\n`
    socket.write(Buffer.from(head, 'latin1'))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(answer.toString()).toMatch(/^HTTP\/1.1 200/)
    const { headers } = rig.upstream.received[0] ?? { headers: {} }
    expect(Object.entries(headers)).toContainEqual([name, value])
    expect(headers).toMatchObject({ 'x-portal-account': customer.id })
    expect(headers).not.toHaveProperty('x-api-key')
  })

  it.each([
    ['portal_session=a', undefined],
    ['a=1; portal_session=x; b=2', 'a=1; b=2'],
    ['__Host-portal_session=x; b=2', 'b=2'],
    ['a=1; __Host-portal_session=x', 'a=1'],
    ['a=1; my_portal_session=x', 'a=1; my_portal_session=x'],
    ['a=portal_session; b=2', 'a=portal_session; b=2'],
  ])("lose the admin page's cookie: %s", async (cookie, rest) => {
    expect((await forwarded('/x', { headers: { Cookie: cookie } })).headers['cookie']).toBe(rest)
  })
})

describe('bodies', () => {
  it('stream up: the upstream has the first part before the last is sent', async () => {
    const body = new Readable({ read() {} })
    let firstChunk: Promise<unknown> | undefined
    const arrived = new Promise<void>((resolve) => {
      rig.upstream.answerWith((request, response) => {
        firstChunk = once(request, 'data').then(() => resolve())
        request.on('end', () => response.end('done'))
      })
    })
    const answer = call('/up', { method: 'POST', body })
    body.push('first')
    await arrived
    await firstChunk
    body.push('last')
    body.push(null)
    expect((await answer).text).toBe('done')
  })

  it('stream down: the client has the first part before the last is sent', async () => {
    let finish: (() => void) | undefined
    rig.upstream.answerWith((_, response) => {
      response.write('first')
      finish = () => response.end('last')
    })
    const response = await open(`${rig.url}/down`, { headers: { 'X-API-Key': key.token } })
    const [first] = (await once(response, 'data')) as [Buffer]
    expect(first.toString()).toBe('first')
    finish?.()
    const [last] = (await once(response, 'data')) as [Buffer]
    expect(last.toString()).toBe('last')
  })

  it.each([
    ['with Content-Length', true],
    ['chunked', false],
  ])('pass 20 MB %s, unchanged in both directions', async (_, sized) => {
    const body = randomBytes(20 * 1024 * 1024)
    const sha256 = createHash('sha256').update(body).digest('hex')
    rig.upstream.answerWith((request, response) => {
      request.on('end', () => response.end(body))
    })
    const answer = await call('/big', {
      method: 'POST',
      headers: sized ? { 'Content-Length': String(body.length) } : {},
      body: sized ? body : Readable.from([body.subarray(0, 9_000_000), body.subarray(9_000_000)]),
    })
    expect(createHash('sha256').update(answer.body).digest('hex')).toBe(sha256)
    expect(await rig.upstream.received[0]?.body).toEqual({ bytes: body.length, sha256 })
  })

  it('pass compressed as they are, up and down', async () => {
    const gzipped = gzipSync('x'.repeat(10_000))
    rig.upstream.answerWith((_, response) => {
      response.setHeader('Content-Encoding', 'gzip')
      response.end(gzipped)
    })
    const answer = await call('/gz', {
      method: 'POST',
      headers: {
        'Content-Encoding': 'gzip',
        'Accept-Encoding': 'gzip',
        'Content-Length': String(gzipped.length),
      },
      body: gzipped,
    })
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(answer.body.equals(gzipped)).toBe(true)
    expect(gunzipSync(answer.body)).toHaveLength(10_000)
    expect(rig.upstream.received[0]?.headers['content-encoding']).toBe('gzip')
    expect((await rig.upstream.received[0]?.body)?.bytes).toBe(gzipped.length)
  })

  it('pass brotli as it is', async () => {
    const compressed = brotliCompressSync('y'.repeat(10_000))
    rig.upstream.answerWith((_, response) => {
      response.setHeader('Content-Encoding', 'br')
      response.end(compressed)
    })
    const answer = await call('/br', { headers: { 'Accept-Encoding': 'br' } })
    expect(answer.headers['content-encoding']).toBe('br')
    expect(answer.body.equals(compressed)).toBe(true)
  })
})

describe('responses', () => {
  it.each([200, 201, 204, 304, 400, 401, 404, 429, 500, 503, 530, 599])(
    'keep status %i, headers and request id',
    async (status) => {
      rig.upstream.answerWith((_, response) => {
        response.writeHead(status, {
          'X-Upstream': 'yes',
          'X-Request-Id': 'of-the-upstream',
          'Set-Cookie': ['a=1', 'b=2'],
          ETag: '"e"',
        })
        response.end()
      })
      const answer = await call('/x', { headers: { 'X-Request-Id': 'of-the-client' } })
      expect(answer.status).toBe(status)
      expect(answer.headers['x-upstream']).toBe('yes')
      expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
      expect(answer.headers['etag']).toBe('"e"')
      expect(answer.headers['x-request-id']).toBe('of-the-client')
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    },
  )

  it("lose what is hop-by-hop and the admin page's cookie, and keep other cookies apart", async () => {
    rig.upstream.answerWith((_, response) => {
      response.writeHead(200, {
        'Set-Cookie': [
          'a=1; Path=/',
          '__Host-portal_session=fixed; Path=/; Secure',
          'portal_session=fixed',
          ' portal_session =fixed; Path=/',
          '=portal_session=fixed',
          'portal_session_id=2',
          'b=2',
        ],
        Connection: 'X-Hop',
        'X-Hop': '1',
        'Keep-Alive': 'timeout=5',
        'Proxy-Authenticate': 'Basic',
        'Proxy-Authorization': 'Basic eDp5',
        'Proxy-Authentication-Info': 'x',
        'Proxy-Connection': 'close',
        Trailer: 'X-Late',
        'X-Kept': '1',
      })
      response.end()
    })
    const { headers } = await call('/x')
    expect(headers['set-cookie']).toEqual(['a=1; Path=/', 'portal_session_id=2', 'b=2'])
    expect(headers['x-kept']).toBe('1')
    for (const name of Object.keys(headers)) {
      expect(name).not.toMatch(/^(?:x-hop|keep-alive|proxy-|trailer|te$|upgrade)/)
    }
  })

  it('keep each byte of a header, in as many lines as came', async () => {
    rig.upstream.answerWith((_, response) => {
      const head = 'HTTP/1.1 200 OK\r\nX-Name: caf\u00e9\r\nX-Twice: a\r\nX-Twice: b'
      const cookies = 'Set-Cookie: a=caf\u00e9\r\nSet-Cookie: b=2'
      response.socket?.end(
        Buffer.from(`${head}\r\n${cookies}\r\nContent-Length: 0\r\n\r\n`, 'latin1'),
      )
    })
    const { headers } = await call('/x')
    expect(headers['x-name']).toBe('caf\u00e9')
    expect(headers['x-twice']).toBe('a, b')
    expect(headers['set-cookie']).toEqual(['a=caf\u00e9', 'b=2'])
  })

  it('pass redirects on and do not follow them', async () => {
    rig.upstream.answerWith((_, response) => {
      response.writeHead(302, { Location: 'https://elsewhere.example/x' })
      response.end()
    })
    const answer = await call('/x')
    expect(answer.status).toBe(302)
    expect(answer.headers['location']).toBe('https://elsewhere.example/x')
    expect(rig.upstream.received).toHaveLength(1)
  })

  it('close the upstream connection when the client goes away', async () => {
    const closed = new Promise<void>((resolve) => {
      rig.upstream.answerWith((_, response) => {
        const more = setInterval(() => response.write('more'), 10)
        response.once('close', () => {
          clearInterval(more)
          resolve()
        })
      })
    })
    const response = await open(`${rig.url}/down`, { headers: { 'X-API-Key': key.token } })
    await once(response, 'data')
    response.destroy()
    await closed
  })

  it('are not kept in a cache', async () => {
    rig.upstream.answerWith((_, response) => {
      response.setHeader('Cache-Control', 'public, max-age=3600')
      response.end('cacheable')
    })
    await call('/file.css')
    await call('/file.css')
    expect(rig.upstream.received).toHaveLength(2)
    expect(rig.upstream.received[0]?.headers).not.toHaveProperty('cache-control')
    expect(rig.upstream.received[0]?.headers).not.toHaveProperty('pragma')
  })
})
