import { describe, expect, it } from 'vitest'
import {
  asTheyCame,
  isRemoved,
  isWebSocket,
  passedHeaders,
} from '../../src/gateway/passed-headers.ts'

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
    const { fields } = passedHeaders(new Headers({ [name]: 'x', Accept: 'a/b' }))
    expect({ ...fields }).toEqual({ accept: 'a/b' })
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
    expect({ ...passedHeaders(headers).fields }).toEqual(Object.fromEntries(headers))
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
    expect(Object.keys(passedHeaders(headers).fields)).toEqual(left)
  })

  it('removes what a repeated Connection names', () => {
    const headers = new Headers([
      ['Connection', 'close'],
      ['Connection', 'X-Hop'],
      ['X-Hop', '1'],
    ])
    expect({ ...passedHeaders(headers).fields }).toEqual({})
  })

  it('removes Upgrade, which is set anew for a WebSocket alone', () => {
    const upgrade = { Connection: 'Upgrade', Upgrade: 'WebSocket', 'Sec-WebSocket-Key': 'x' }
    const { fields } = passedHeaders(new Headers(upgrade))
    expect({ ...fields }).toEqual({ 'sec-websocket-key': 'x' })
    const other = new Headers({ Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c' })
    other.set('HTTP2-Settings', 'AAMAAABk')
    expect({ ...passedHeaders(other).fields }).toEqual({})
  })
})

describe('passedHeaders(), names that an object has', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('passes %s', (name) => {
    const { fields } = passedHeaders(new Headers([[name, 'x']]))
    expect(Object.entries(fields)).toEqual([[name.toLowerCase(), 'x']])
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
      const { fields } = passedHeaders(new Headers({ Cookie: cookie }))
      expect(fields['cookie']?.trim() ?? null, cookie).toBe(passed)
    }
  })

  it('removes both names together', () => {
    const cookie = 'portal_session=x; a=1; __Host-portal_session=y; b=2; portal_session=z'
    const { fields } = passedHeaders(new Headers({ Cookie: cookie }))
    expect(fields['cookie']).toBe('a=1; b=2')
  })

  it('removes it from a repeated header', () => {
    for (const name of names) {
      const headers = new Headers([
        ['Cookie', 'a=1'],
        ['Cookie', `${name}=c2VjcmV0`],
        ['Cookie', 'b=2'],
      ])
      const passed = passedHeaders(headers).fields['cookie'] ?? ''
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
    expect(passedHeaders(new Headers({ Cookie: cookie })).fields['cookie']).toBe(cookie)
  })
})

describe('asTheyCame()', () => {
  it.each([
    ['caf\ufffd', 'x-name', false],
    ['caf\u00e9', 'x-name', true],
    ['a=1, b=2', 'cookie', true],
    ['a, b', 'accept', true],
    ['caf\ufffd', 'x-portal-key', true],
  ])('is needed where text does not say what came: %s in %s', (value, name, exact) => {
    const incoming = { get: () => null, forEach: (each: Each) => each(value, name) }
    expect(passedHeaders(incoming as unknown as Headers).exact).toBe(exact)
  })

  it('is needed where a header came twice that is not joined', () => {
    const incoming = new Headers([
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ])
    const { fields, exact } = passedHeaders(incoming)
    expect(exact).toBe(false)
    expect(asTheyCame(incoming, fields).getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  it('says what the fields say, in the headers that came', () => {
    const incoming = new Headers([
      ['Authorization', 'Token x'],
      ['Accept', 'a/b'],
      ['Cookie', 'a=1'],
      ['Cookie', 'b=2'],
      ['X-Request-Id', 'theirs'],
      ['X-Portal-Key', 'forged'],
    ])
    const { fields } = passedHeaders(incoming)
    const sent = { ...fields, 'x-request-id': 'req-1', 'x-portal-account': 'acc_1' }
    expect(Object.fromEntries(asTheyCame(incoming, sent))).toEqual({
      accept: 'a/b',
      cookie: incoming.get('cookie'),
      'x-request-id': 'req-1',
      'x-portal-account': 'acc_1',
    })
    expect(incoming.get('authorization')).toBe('Token x')
  })
})

type Each = (value: string, name: string) => void

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
