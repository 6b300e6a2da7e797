import { describe, expect, it } from 'vitest'
import { addForwarded, addIdentity } from '../../src/gateway/added-headers.ts'
import { stripHeaders } from '../../src/gateway/passed-headers.ts'

const IDENTITY = { accountId: 'acc_1', keyId: 'key_1', assertion: 'a.b.c' }

describe('addIdentity()', () => {
  it('says who calls and from where', () => {
    const headers = new Headers()
    addIdentity(headers, IDENTITY, '2001:db8::1')
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
    ['http://[::1]:8787/v1', '[::1]:8787', 'http'],
    ['https://API.example.com:443/v1', 'api.example.com', 'https'],
    ['http://api.example.com/https://other.example/', 'api.example.com', 'http'],
  ])('tells the trace of %s', (url, host, proto) => {
    const headers = new Headers()
    addForwarded(headers, url, '203.0.113.7', 'req-1')
    expect(Object.fromEntries(headers)).toEqual({
      'x-request-id': 'req-1',
      'x-forwarded-host': host,
      'x-forwarded-proto': proto,
      'x-forwarded-for': '203.0.113.7',
    })
  })

  it('leaves out an address that cannot be read', () => {
    const headers = new Headers()
    addForwarded(headers, 'https://api.example.com/', null, 'req-1')
    expect(headers.has('x-forwarded-for')).toBe(false)
  })
})

describe('what the gateway adds', () => {
  it('cannot be removed, imitated or added to by the client', () => {
    const headers = stripHeaders(
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
    addForwarded(headers, 'https://api.example.com/', null, 'req-1')
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
