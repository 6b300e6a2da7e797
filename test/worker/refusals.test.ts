import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { type HttpAnswer, send } from '../../harness/http.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig({ variables: { UPSTREAM_TIMEOUT_MS: '300' } })
  customer = await rig.customer()
})
afterAll(() => rig.stop())
beforeEach(() => rig.upstream.reset())

function call(token: string, address = '192.0.2.1', path = '/customer'): Promise<HttpAnswer> {
  return rig.send(path, {
    headers: { Authorization: `Token ${token}`, 'CF-Connecting-IP': address },
  })
}

function expectRefusal(answer: HttpAnswer, status: number, code: string): void {
  expect(answer.status, answer.text).toBe(status)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers['access-control-allow-origin']).toBe('*')
  expect(answer.headers['access-control-expose-headers']).toBe(
    'X-Request-Id, Retry-After, WWW-Authenticate',
  )
  expect(answer.json).toEqual({
    ...answer.json,
    type: `/admin/errors/${code}`,
    title: expect.any(String) as string,
    status,
    detail: expect.any(String) as string,
    code,
    request_id: answer.headers['x-request-id'],
  })
  expect(answer.headers['www-authenticate'] === undefined).toBe(status !== 401)
}

describe('a key that does not let in', () => {
  it('is refused as key_revoked once it is deleted', async () => {
    const key = await customer.createKey()
    expect((await call(key.token)).status).toBe(200)
    await customer.call('DELETE', `/keys/${key.id}`)
    rig.upstream.reset()
    expectRefusal(await call(key.token), 401, 'key_revoked')
    expect(rig.upstream.received).toHaveLength(0)
  })

  it.each(['pending', 'suspended'])('is refused while its account is %s', async (status) => {
    const other = await rig.customer()
    const key = await other.createKey()
    await rig.operator('PATCH', `/accounts/${other.id}`, { status })
    const answer = await call(key.token)
    expectRefusal(answer, 403, 'account_inactive')
    expect(answer.json['detail']).toContain(status)
    expect(rig.upstream.received).toHaveLength(0)

    await rig.operator('PATCH', `/accounts/${other.id}`, { status: 'active' })
    expect((await call(key.token)).status).toBe(200)
    // Nothing of the refused one came after its answer.
    expect(rig.upstream.received).toHaveLength(1)
  })

  it.each([
    ['off the list', '203.0.113.9', '203.0.113.9'],
    ['IPv6 off the list', '2001:DB8:0:0::1', '2001:db8::1'],
    ['IPv4-mapped off the list', '::ffff:203.0.113.9', '203.0.113.9'],
    ['unreadable: a port', '192.0.2.1:443', null],
    ['unreadable: a zone', 'fe80::1%eth0', null],
    ['unreadable: brackets', '[2001:db8::1]', null],
    ['unreadable: an octal octet', '192.0.02.1', null],
    ['unreadable: a comma', '192.0.2.1, 192.0.2.1', null],
    ['the address of all Workers', '2a06:98c0:3600::103', '2a06:98c0:3600::103'],
  ])('is refused from an address that is %s', async (_, address, shown) => {
    const key = await customer.createKey({ ip_acl: ['192.0.2.0/24', '2a06:98c0::/29'] })
    const answer = await call(key.token, address)
    expectRefusal(answer, 403, 'ip_denied')
    expect(answer.json['client_ip']).toBe(shown)
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('is refused from a repeated address header', async () => {
    const key = await customer.createKey({ ip_acl: ['192.0.2.0/24'] })
    const headers = {
      'X-API-Key': key.token,
      'CF-Connecting-IP': ['192.0.2.1', '192.0.2.1'],
    }
    expectRefusal(await rig.send('/customer', { headers }), 403, 'ip_denied')
    expect(rig.upstream.received).toHaveLength(0)
  })

  it.each(['X-Forwarded-For', 'X-Real-IP', 'True-Client-IP', 'Forwarded', 'CF-Connecting-IPv6'])(
    'is refused whatever %s says',
    async (name) => {
      const key = await customer.createKey({ ip_acl: ['192.0.2.0/24'] })
      const headers = {
        'X-API-Key': key.token,
        'CF-Connecting-IP': '203.0.113.9',
        [name]: name === 'Forwarded' ? 'for=192.0.2.1' : '192.0.2.1',
      }
      expectRefusal(await rig.send('/customer', { headers }), 403, 'ip_denied')
      expect(rig.upstream.received).toHaveLength(0)
    },
  )

  it('says in the log where Cloudflare seems to be set up wrong', async () => {
    const key = await customer.createKey({ ip_acl: ['2001:db8::/32'] })
    expectRefusal(await call(key.token, '240.16.0.1'), 403, 'ip_denied')
    await expect.poll(() => rig.logs.filter((line) => line.includes('Pseudo IPv4'))).toHaveLength(1)
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('judges the account before the address', async () => {
    const other = await rig.customer()
    const key = await other.createKey({ ip_acl: ['192.0.2.0/24'] })
    await rig.operator('PATCH', `/accounts/${other.id}`, { status: 'suspended' })
    expectRefusal(await call(key.token, '203.0.113.9'), 403, 'account_inactive')
    expect(rig.upstream.received).toHaveLength(0)
  })
})

describe('a key that lets in', () => {
  it.each(['192.0.2.77', '::ffff:192.0.2.77', '::ffff:c000:24d', '2001:db8:0:0:0:0:0:9'])(
    'works from %s on its list',
    async (address) => {
      const key = await customer.createKey({ ip_acl: ['192.0.2.0/24', '2001:db8::/32'] })
      expect((await call(key.token, address)).status).toBe(200)
      expect(rig.upstream.received).toHaveLength(1)
    },
  )

  it('works from an unreadable address when it has no list', async () => {
    const key = await customer.createKey()
    expect((await call(key.token, 'nonsense')).status).toBe(200)
    const headers = rig.upstream.received[0]?.headers ?? {}
    expect(headers).not.toHaveProperty('x-forwarded-for')
    expect(headers).not.toHaveProperty('x-portal-client-ip')
  })

  it('follows an edited list at once', async () => {
    const key = await customer.createKey({ ip_acl: ['192.0.2.0/24'] })
    await customer.call('PATCH', `/keys/${key.id}`, { ip_acl: ['198.51.100.0/24'] })
    expectRefusal(await call(key.token, '192.0.2.1'), 403, 'ip_denied')
    expect(rig.upstream.received).toHaveLength(0)
    expect((await call(key.token, '198.51.100.1')).status).toBe(200)
    await customer.call('PATCH', `/keys/${key.id}`, { ip_acl: [] })
    expect((await call(key.token, '192.0.2.1')).status).toBe(200)
  })
})

describe('a request that cannot be forwarded', () => {
  it.each(['GET', 'HEAD'])('is refused: %s with a body', async (method) => {
    const key = await customer.createKey()
    const answer = await rig.send('/customer', {
      method,
      headers: { 'X-API-Key': key.token, 'Content-Length': '4' },
      body: 'body',
    })
    expect(answer.status).toBe(400)
    if (method === 'GET') expectRefusal(answer, 400, 'body_not_allowed')
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('passes a GET whose Content-Length is 0', async () => {
    const key = await customer.createKey()
    const headers = { 'X-API-Key': key.token, 'Content-Length': '0' }
    expect((await rig.send('/customer', { headers })).status).toBe(200)
    expect(rig.upstream.received).toHaveLength(1)
  })

  it('is refused as upstream_timeout when no response headers come', async () => {
    const key = await customer.createKey()
    rig.upstream.answerWith(() => undefined)
    expectRefusal(await call(key.token), 504, 'upstream_timeout')
  })

  it.each(['GET', 'POST'])('ends what it asked of the upstream: %s', async (method) => {
    const key = await customer.createKey()
    const impatient = await rig.another({ UPSTREAM_TIMEOUT_MS: '40' })
    const closed = new Promise<void>((resolve) => {
      rig.upstream.answerWith((_, response) => void response.once('close', resolve))
    })
    const body = method === 'POST' ? { body: 'body' } : {}
    const headers = { 'X-API-Key': key.token }
    const answer = await send(`${impatient}/customer`, { method, headers, ...body })
    expectRefusal(answer, 504, 'upstream_timeout')
    await closed
  })

  it('gives a request with a body ten times as long, and one with an empty body no more', async () => {
    const key = await customer.createKey()
    const pause = 600 // above the limit for a request without a body
    rig.upstream.answerWith((_, response) => void setTimeout(() => response.end('late'), pause))
    const post = (body: string) => {
      const headers = { 'X-API-Key': key.token, 'Content-Length': String(body.length) }
      return rig.send('/customer', { method: 'POST', headers, body })
    }
    const answer = await post('body')
    expect(answer.status).toBe(200)
    expect(answer.text).toBe('late')
    expectRefusal(await post(''), 504, 'upstream_timeout')
  })

  it('does not cut off an answer that streams for longer than the limit', async () => {
    const key = await customer.createKey()
    rig.upstream.answerWith((_, response) => {
      response.write('first ')
      setTimeout(() => response.end('last'), 600)
    })
    expect((await call(key.token)).text).toBe('first last')
  })
})

describe('an upstream that cannot be reached', () => {
  it('is upstream_unreachable: nobody listens, or the connection is cut before an answer', async () => {
    const other = await startRig({ variables: { UPSTREAM_URL: 'http://127.0.0.1:9' } })
    try {
      const { token } = await (await other.customer()).createKey()
      const headers = { 'X-API-Key': token }
      expectRefusal(await other.send('/x', { headers }), 502, 'upstream_unreachable')
    } finally {
      await other.stop()
    }
    const key = await customer.createKey()
    rig.upstream.answerWith((request) => void request.socket.destroy())
    expectRefusal(await call(key.token), 502, 'upstream_unreachable')
    expect(rig.upstream.received.length).toBeGreaterThan(0)
  })

  it('is not a Cloudflare status of its own making', async () => {
    const key = await customer.createKey()
    for (const [status, expected, code] of [
      [521, 502, 'upstream_unreachable'],
      [522, 504, 'upstream_timeout'],
      [530, 502, 'upstream_unreachable'],
    ] as const) {
      rig.upstream.answerWith((_, response) => {
        response.writeHead(status, { Server: 'cloudflare' }).end('error code')
      })
      expectRefusal(await call(key.token), expected, code)
    }
  })
})

describe('every refusal', () => {
  it('answers HEAD with the headers of GET and no body', async () => {
    const headers = { 'X-Request-Id': 'same' }
    const get = await rig.send('/customer', { headers })
    const head = await rig.send('/customer', { method: 'HEAD', headers })
    expect(head.status).toBe(401)
    expect(head.body).toHaveLength(0)
    expect(head.headers).toEqual(get.headers)
    expect(head.headers['content-length']).toBe(String(get.body.length))
    expect(rig.upstream.received).toHaveLength(0)
  })

  it.each(['req-1', 'A.b_c-9', 'x'.repeat(128)])(
    "shows the client's own request id",
    async (id) => {
      const answer = await rig.send('/customer', { headers: { 'X-Request-Id': id } })
      expect(answer.headers['x-request-id']).toBe(id)
      expect(answer.json['request_id']).toBe(id)
    },
  )

  it.each(['', 'has space', 'x'.repeat(129), 'semi;colon', 'é'])(
    'replaces a request id that is not well-formed',
    async (id) => {
      const answer = await rig.send('/customer', { headers: { 'X-Request-Id': id } })
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
      expect(answer.json['request_id']).toBe(answer.headers['x-request-id'])
    },
  )
})
