import { describe, expect, it } from 'vitest'
import { isPreflight, preflightHeaders } from '../../src/gateway/preflight.ts'

const URL_ = 'https://gateway.example/v1'
const ORIGIN = { Origin: 'https://app.example' }
const METHOD = { 'Access-Control-Request-Method': 'PUT' }

describe('isPreflight()', () => {
  it.each([
    ['OPTIONS', { ...ORIGIN, ...METHOD }, true],
    ['OPTIONS', { Origin: 'null', ...METHOD }, true],
    ['OPTIONS', { ...ORIGIN, ...METHOD, 'Access-Control-Request-Headers': 'x-api-key' }, true],
    ['OPTIONS', ORIGIN, false],
    ['OPTIONS', METHOD, false],
    ['OPTIONS', {}, false],
    ['OPTIONS', { ...ORIGIN, 'Access-Control-Request-Headers': 'x-api-key' }, false],
    ['GET', { ...ORIGIN, ...METHOD }, false],
    ['HEAD', { ...ORIGIN, ...METHOD }, false],
    ['POST', { ...ORIGIN, ...METHOD }, false],
    ['DELETE', { ...ORIGIN, ...METHOD }, false],
  ])('%s with %j: %s', (method, headers, expected) => {
    expect(isPreflight(new Request(URL_, { method, headers }))).toBe(expected)
  })
})

describe('preflightHeaders()', () => {
  it('passes what a preflight needs', () => {
    const needed = {
      'access-control-request-headers': 'x-api-key,content-type',
      'access-control-request-method': 'PUT',
      'access-control-request-private-network': 'true',
      origin: 'https://app.example',
      'user-agent': 'Test/1',
    }
    expect(Object.fromEntries(preflightHeaders(new Headers(needed)))).toEqual(needed)
  })

  it.each([
    'Authorization',
    'X-API-Key',
    'Cookie',
    'Accept',
    'Referer',
    'Content-Type',
    'X-Portal-Account',
    'X-Portal-Assertion',
    'X-Forwarded-For',
    'X-Request-Id',
    'CF-Connecting-IP',
    'Forwarded',
    'Connection',
    'Upgrade',
    'X-Origin',
    'Origin_',
    'Access_Control_Request_Method',
    'Access-Control-Allow-Origin',
  ])('leaves out %s', (name) => {
    const headers = preflightHeaders(new Headers({ ...ORIGIN, [name]: 'x' }))
    expect([...headers.keys()]).toEqual(['origin'])
  })
})
