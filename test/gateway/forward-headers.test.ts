import { describe, expect, it } from 'vitest'
import {
  addForwarded,
  addIdentity,
  isRemoved,
  isWebSocket,
  passedHeaders,
} from '../../src/gateway/forward-headers.ts'
import { parseAddress } from '../../src/keys/address.ts'

const IDENTITY = { accountId: 'acc_1', keyId: 'key_1', assertion: 'a.b.c' }

describe('passedHeaders()', () => {
  it.each([
    // The credential
    'Authorization',
    'X-API-Key',
    // RFC 9110 §7.6.1
    'Connection',
    'Proxy-Connection',
    'Keep-Alive',
    'TE',
    'Transfer-Encoding',
    'Upgrade',
    'Proxy-Authorization',
    'Expect',
    // What could pass for identity
    'X-Portal-Account',
    'X-Portal-Key',
    'X-Portal-Client-IP',
    'X-Portal-Assertion',
    'X-Portal-Anything-Else',
    'X-Portal-',
    'X_Portal_Account',
    'X_PORTAL_KEY',
    'x-portal_client.ip',
    'x.portal.account',
    'X~Portal!Key',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Forwarded-Port',
    'X-Forwarded-User',
    'X_Forwarded_For',
    'X-Forwarded_Email',
    "x'forwarded`for",
    'CF-Connecting-IP',
    'CF-Connecting-IPv6',
    'CF-Pseudo-IPv4',
    'CF-Ray',
    'CF-IPCountry',
    'CF-Visitor',
    'CF-Worker',
    'CF-Access-Jwt-Assertion',
    'CF_Connecting_IP',
    'cf|ray',
    'Forwarded',
    'X-Real-IP',
    'X_Real_IP',
    'X-Real_IP',
    'x+real+ip',
    'True-Client-IP',
    'True_Client_IP',
    'X-Client-IP',
    'X_Client_IP',
    'X-Original-URL',
    'X_Original_URL',
    'X-Rewrite-URL',
    'x*rewrite^url',
  ])('removes %s', (name) => {
    expect(isRemoved(name.toLowerCase())).toBe(true)
    const passed = passedHeaders(new Headers({ [name]: 'x', Accept: 'a/b' }))
    expect([...passed]).toEqual([['accept', 'a/b']])
  })

  it.each([
    'Accept',
    'Accept-Encoding',
    'Accept-Language',
    'Cache-Control',
    'Content-Type',
    'Content-Length',
    'Content-Encoding',
    'Date',
    'ETag',
    'If-None-Match',
    'Idempotency-Key',
    'Origin',
    'Pragma',
    'Range',
    'Referer',
    'User-Agent',
    'Via',
    'X-Requested-With',
    'X-HTTP-Method-Override',
    'X-Custom',
    'X-Portal',
    'X-Portals-Count',
    'XPortalKey',
    'My-X-Portal-Key',
    'X-Forwarded',
    'X-Real-IPs',
    'Not-Forwarded',
    'CFO-Name',
    'CF',
    'traceparent',
    'tracestate',
  ])('passes %s', (name) => {
    const headers = new Headers({ [name]: 'one, two;q="3"' })
    expect([...passedHeaders(headers)]).toEqual([...headers])
  })

  it('leaves the request as it was', () => {
    const incoming = new Headers({ Authorization: 'Token x', Cookie: 'portal_session=x' })
    passedHeaders(incoming)
    expect(incoming.get('authorization')).toBe('Token x')
    expect(incoming.get('cookie')).toBe('portal_session=x')
  })

  it.each([
    ['X-Hop', ['accept']],
    ['x-hop', ['accept']],
    ['close, X-Hop', ['accept']],
    ['X-Hop,Accept', []],
    [' X-Hop ,\tAccept ', []],
    [',, X-Hop ,,', ['accept']],
    ['keep-alive', ['accept', 'x-hop']],
    ['X-Hop;q=1', ['accept', 'x-hop']],
    ['no such token here, X-Hop', ['accept']],
    ['(), X-Hop, \u00e9', ['accept']],
    ['', ['accept', 'x-hop']],
  ])('removes what Connection names: %s', (connection, left) => {
    const headers = new Headers({ Connection: connection, 'X-Hop': '1', Accept: 'a/b' })
    expect([...passedHeaders(headers).keys()]).toEqual(left)
  })

  it('removes what a repeated Connection names', () => {
    const headers = new Headers([
      ['Connection', 'close'],
      ['Connection', 'X-Hop'],
      ['X-Hop', '1'],
    ])
    expect([...passedHeaders(headers)]).toEqual([])
  })

  it('removes Upgrade, which is set anew for a WebSocket alone', () => {
    const upgrade = { Connection: 'Upgrade', Upgrade: 'WebSocket', 'Sec-WebSocket-Key': 'x' }
    expect([...passedHeaders(new Headers(upgrade))]).toEqual([['sec-websocket-key', 'x']])
    const other = new Headers({ Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c' })
    other.set('HTTP2-Settings', 'AAMAAABk')
    expect([...passedHeaders(other)]).toEqual([])
  })
})

describe('passedHeaders(), cookies', () => {
  const names = ['portal_session', '__Host-portal_session']

  it.each(names)('removes %s wherever it stands, and keeps the others', (name) => {
    const admin = `${name}=c2VjcmV0`
    const cases = [
      [admin, null],
      [`${admin};`, null],
      [` ${admin} `, null],
      [`${admin}; a=1`, 'a=1'],
      [`${admin};a=1`, 'a=1'],
      [`a=1; ${admin}`, 'a=1'],
      [`a=1;${admin}`, 'a=1'],
      [`a=1; ${admin}; b=2`, 'a=1; b=2'],
      [`a=1;\t${admin} ; b=2`, 'a=1; b=2'],
      [`a=1; b=2; ${admin}; c=3; d=4`, 'a=1; b=2; c=3; d=4'],
      [`${admin}; ${admin}`, null],
      [`${admin}; a=1; ${admin}`, 'a=1'],
      [`a=1; ${name} = c2VjcmV0; b=2`, 'a=1; b=2'],
      [`a=1; ${name}=; b=2`, 'a=1; b=2'],
      [`a=1; ${name}=c2V=jcmV0==; b=2`, 'a=1; b=2'],
      [`${admin}, a=1`, 'a=1'],
      [`a=1, ${admin}`, 'a=1'],
      [`a=1,${admin}`, 'a=1'],
      [`a=1, ${admin}, b=2`, 'a=1, b=2'],
      [`a=1; b=2, ${admin}; c=3`, 'a=1; b=2; c=3'],
    ] as const
    for (const [cookie, passed] of cases) {
      const headers = passedHeaders(new Headers({ Cookie: cookie }))
      expect(headers.get('cookie')?.trim() ?? null, cookie).toBe(passed)
    }
  })

  it('removes both names together', () => {
    const cookie = 'portal_session=x; a=1; __Host-portal_session=y; b=2; portal_session=z'
    expect(passedHeaders(new Headers({ Cookie: cookie })).get('cookie')).toBe('a=1; b=2')
  })

  it('removes it from a repeated header', () => {
    for (const name of names) {
      const headers = new Headers([
        ['Cookie', 'a=1'],
        ['Cookie', `${name}=c2VjcmV0`],
        ['Cookie', 'b=2'],
      ])
      const passed = passedHeaders(headers).get('cookie') ?? ''
      expect(passed).not.toContain('portal_session')
      expect(passed).not.toContain('c2VjcmV0')
      expect(passed).toMatch(/^a=1[,;] ?b=2$/)
    }
  })

  it.each([
    'a=1',
    'session=1; portal=2',
    'my_portal_session=1',
    'xportal_session=1; a=1',
    'portal_sessions=1',
    'portal_session_id=1',
    'portal_session2=1',
    'PORTAL_SESSION=1',
    '__Secure-portal_session=1',
    'a=portal_session=1',
    'a=portal_session',
    'a="portal_session"; b=2',
    'a=1;; b=2',
    'a=1,2; b=3',
  ])('leaves alone: %s', (cookie) => {
    expect(passedHeaders(new Headers({ Cookie: cookie })).get('cookie')).toBe(cookie)
  })
})

describe('addIdentity()', () => {
  it('says who calls and from where', () => {
    const headers = new Headers()
    addIdentity(headers, IDENTITY, parseAddress('2001:DB8::1'))
    expect(Object.fromEntries(headers)).toEqual({
      'x-portal-account': 'acc_1',
      'x-portal-key': 'key_1',
      'x-portal-assertion': 'a.b.c',
      'x-portal-client-ip': '2001:db8::1',
    })
  })

  it('leaves out an address that cannot be read', () => {
    const headers = new Headers()
    addIdentity(headers, IDENTITY, null)
    expect(headers.has('x-portal-client-ip')).toBe(false)
  })
})

describe('addForwarded()', () => {
  it.each([
    ['http://127.0.0.1:8787/v1', '127.0.0.1:8787', 'http'],
    ['https://api.example.com/v1?q=1', 'api.example.com', 'https'],
    ['https://api.example.com:8443/', 'api.example.com:8443', 'https'],
  ])('tells the trace of %s', (url, host, proto) => {
    const headers = new Headers()
    addForwarded(headers, new URL(url), parseAddress('203.0.113.7'), 'req-1')
    expect(Object.fromEntries(headers)).toEqual({
      'x-request-id': 'req-1',
      'x-forwarded-host': host,
      'x-forwarded-proto': proto,
      'x-forwarded-for': '203.0.113.7',
    })
  })

  it('leaves out an address that cannot be read', () => {
    const headers = new Headers()
    addForwarded(headers, new URL('https://api.example.com/'), null, 'req-1')
    expect(headers.has('x-forwarded-for')).toBe(false)
  })
})

describe('what the gateway adds', () => {
  it('cannot be removed, imitated or added to by the client', () => {
    const headers = passedHeaders(
      new Headers({
        Connection: 'X-Portal-Account, X-Portal-Key, X-Forwarded-For, X-Request-Id',
        'X-Portal-Account': 'acc_other',
        'X-Portal-Key': 'key_other',
        'X-Portal-Assertion': 'forged',
        'X-Portal-Client-IP': '198.51.100.1',
        'X-Forwarded-For': '198.51.100.1',
        'X-Forwarded-Host': 'other.example',
        'X-Request-Id': 'theirs',
      }),
    )
    addForwarded(headers, new URL('https://api.example.com/'), null, 'req-1')
    addIdentity(headers, IDENTITY, null)
    expect(Object.fromEntries(headers)).toEqual({
      'x-request-id': 'req-1',
      'x-forwarded-host': 'api.example.com',
      'x-forwarded-proto': 'https',
      'x-portal-account': 'acc_1',
      'x-portal-key': 'key_1',
      'x-portal-assertion': 'a.b.c',
    })
  })
})

describe('isWebSocket()', () => {
  it.each([
    ['websocket', true],
    ['WebSocket', true],
    ['h2c', false],
    ['h2c, websocket', false],
    ['', false],
  ])('answers for "%s": %s', (upgrade, expected) => {
    expect(isWebSocket(request('GET', { Upgrade: upgrade }))).toBe(expected)
  })

  it('answers no without the header, and for another method than GET', () => {
    expect(isWebSocket(request('GET', {}))).toBe(false)
    expect(isWebSocket(request('POST', { Upgrade: 'websocket' }))).toBe(false)
  })
})

function request(method: string, headers: Record<string, string>): Request {
  return new Request('https://gateway.example/', { method, headers })
}
