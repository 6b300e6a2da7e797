import { describe, expect, it } from 'vitest'
import {
  isRemoved,
  isWebSocket,
  stripHeaders,
  stripIdentity,
} from '../../src/gateway/passed-headers.ts'

describe('stripHeaders()', () => {
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
    'X-Forwarded',
    'x_forwarded',
    'Forwarded-For',
    'Forwarded_For',
    'Client-IP',
    'client_ip',
    'Client.IP',
    'X-Cluster-Client-IP',
    'X_Cluster_Client_IP',
    'X-Original-Forwarded-For',
    'x-original_forwarded-for',
    'X-Original-Host',
    'X-Host',
    'x_host',
    'Fastly-Client-IP',
    'Remote-User',
    'REMOTE_USER',
    'X-Remote-User',
    'X_Remote_User',
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
    const passed = stripHeaders(new Headers({ [name]: 'x', Accept: 'a/b' }))
    expect(toObject(passed)).toEqual({ accept: 'a/b' })
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
    'X-Real-IPs',
    'Client-IPs',
    'My-Client-IP',
    'X-Hosts',
    'Host-Name',
    'Remote-Users',
    'Remote',
    'X-Remote',
    'Forwarded-Form',
    'Fastly-Debug',
    'Not-Forwarded',
    'CFO-Name',
    'CF',
    'traceparent',
    'tracestate',
  ])('passes %s', (name) => {
    const headers = new Headers({ [name]: 'one, two;q="3"' })
    expect(toObject(stripHeaders(headers))).toEqual(Object.fromEntries(headers))
  })

  it('leaves the request as it was', () => {
    const incoming = new Headers({ Authorization: 'Token x', Cookie: 'portal_session=x' })
    stripHeaders(incoming)
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
    expect([...stripHeaders(headers).keys()]).toEqual(left)
  })

  it('removes what a repeated Connection names', () => {
    const headers = new Headers([
      ['Connection', 'close'],
      ['Connection', 'X-Hop'],
      ['X-Hop', '1'],
    ])
    expect(toObject(stripHeaders(headers))).toEqual({})
  })

  it('removes Upgrade, which is set anew for a WebSocket alone', () => {
    const upgrade = { Connection: 'Upgrade', Upgrade: 'WebSocket', 'Sec-WebSocket-Key': 'x' }
    const passed = stripHeaders(new Headers(upgrade))
    expect(toObject(passed)).toEqual({ 'sec-websocket-key': 'x' })
    const other = new Headers({ Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c' })
    other.set('HTTP2-Settings', 'AAMAAABk')
    expect(toObject(stripHeaders(other))).toEqual({})
  })
})

describe('stripHeaders(), cookies', () => {
  it("loses the admin page's cookie alone", () => {
    const headers = new Headers({ Cookie: 'a=1; __Host-portal_session=x; b=2', Accept: 'a/b' })
    expect(toObject(stripHeaders(headers))).toEqual({ accept: 'a/b', cookie: 'a=1; b=2' })
    headers.set('Cookie', 'portal_session=x')
    expect(toObject(stripHeaders(headers))).toEqual({ accept: 'a/b' })
    headers.set('Cookie', 'portal_log_in=x; a=1; __Host-portal_confirm=y')
    expect(toObject(stripHeaders(headers))).toEqual({ accept: 'a/b', cookie: 'a=1' })
  })

  it('keeps each Set-Cookie of a client, which is not to be joined', () => {
    const headers = new Headers([
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ])
    expect(stripHeaders(headers).getSetCookie()).toEqual(['a=1', 'b=2'])
  })
})

describe('stripIdentity()', () => {
  it('leaves the credential, in any spelling, and removes what stripHeaders() does beside it', () => {
    const credential = { authorization: 'Token a', 'x-api-key': 'b', x_api_key: 'c' }
    const headers = new Headers({
      ...credential,
      cookie: 'a=1; __Host-portal_session=x',
      connection: 'x-hop',
      'x-hop': '1',
      'x-portal-key': 'key_1',
      x_portal_account: 'acc_1',
      'x-forwarded-for': '203.0.113.7',
      forwarded: 'for=203.0.113.7',
      'cf-connecting-ip': '203.0.113.7',
      'proxy-authorization': 'Basic eA==',
    })
    expect(toObject(stripIdentity(headers))).toEqual({ ...credential, cookie: 'a=1' })
  })
})

function toObject(headers: Headers): Record<string, string> {
  return Object.fromEntries(headers)
}

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
