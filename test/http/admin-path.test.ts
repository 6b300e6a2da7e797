import { describe, expect, it } from 'vitest'
import { isAdminRequest } from '../../src/http/admin-path.ts'

const ORIGIN = 'https://gateway.example'

describe('isAdminRequest()', () => {
  it.each([
    '/admin',
    '/admin/',
    '/admin?a=b',
    '/admin/?a=b',
    '/admin/api/v1/keys',
    '/admin/api/v1/keys?limit=1',
    '/admin/../admin/',
    '/v1/../admin/',
    '/v1/%2e%2e/admin/',
    '/./admin/',
    '/%61dmin',
    '/%61dmin/',
    '/%61%64%6d%69%6e/',
    '/%61%64%6D%69%6E/',
    '/admi%6E/api',
    '/admin%2Fapi',
    '/admin%2f',
    '/admin/%',
    '/admin/%zz',
    '/admin/%ff',
    '/admin/%2561',
    '/admin//',
  ])('takes %s for the admin surface', (path) => {
    expect(isAdminRequest(urlOf(path), undefined)).toBe(true)
  })

  it.each([
    '/',
    '/v1',
    '/v1/admin',
    '/v1/admin/',
    '/?p=/admin/',
    '/administrator',
    '/admins',
    '/admin.html',
    '/admin;a=b/',
    '/admin%3Fa=b',
    '/admin%00/',
    '/Admin/',
    '/ADMIN/',
    '/%41dmin/',
    '//admin/',
    '/%2Fadmin/',
    '/admin/../v1',
    '/%2561dmin/',
    '/%25%36%31dmin/',
    '/%zzadmin/',
    '/%',
    '/%6',
    '/%ff%61dmin/',
    '/%c0%afadmin/',
    '/a%64min%',
    '/аdmin/',
    '/ａdmin/',
  ])('leaves %s to the Portal API', (path) => {
    expect(isAdminRequest(urlOf(path), undefined)).toBe(false)
  })

  it('knows the path whatever the host and the port', () => {
    for (const origin of ['http://a', 'http://127.0.0.1:8787', 'http://[::1]:1', 'https://admin']) {
      expect(isAdminRequest(`${origin}/admin/`, undefined)).toBe(true)
      expect(isAdminRequest(`${origin}/%61dmin`, undefined)).toBe(true)
      expect(isAdminRequest(`${origin}/`, undefined)).toBe(false)
    }
  })

  it.each([
    ['https://keys.example', true],
    ['https://KEYS.example', true],
    ['https://keys.example:8443', true],
    ['https://gateway.example', false],
    ['https://evil.keys.example', false],
    ['https://keys.example.evil.example', false],
    ['https://keys.example.', false],
    ['https://keys.example@gateway.example', false],
  ])('with ADMIN_HOST keys.example, asks for the host name: %s: %s', (origin, expected) => {
    for (const path of ['/admin', '/admin/api/v1/keys', '/%61dmin/']) {
      expect(isAdminRequest(urlOf(path, origin), 'keys.example')).toBe(expected)
    }
    expect(isAdminRequest(urlOf('/v1', origin), 'keys.example')).toBe(false)
  })

  it.each([
    ['/admin/jwks.json', true],
    ['/admin/jwks.json?a=b', true],
    ['/%61dmin/jwks%2Ejson', true],
    ['/v1/../admin/jwks.json', true],
    ['/admin/api/v1/health', true],
    ['/admin/api/v1/%68ealth', true],
    ['/admin/jwks.json/', false],
    ['/admin/jwks.jsonx', false],
    ['/admin/jwks.json/../', false],
    ['/admin/jwks.json%2f..%2f', false],
    ['/%2561dmin/jwks.json', false],
    ['/admin//jwks.json', false],
    ['/Admin/jwks.json', false],
    ['/admin/api/v1/health/', false],
    ['/admin/api/v1/healthy', false],
    ['/admin/api/v1/session', false],
    ['/jwks.json', false],
  ])('with ADMIN_HOST, on another host: %s: %s', (path, expected) => {
    expect(isAdminRequest(urlOf(path), 'keys.example')).toBe(expected)
    const isThere = path !== '/jwks.json' && path !== '/Admin/jwks.json' && !path.includes('25')
    expect(isAdminRequest(urlOf(path, 'https://keys.example'), 'keys.example')).toBe(isThere)
  })

  it.each(['http://: x/admin/', 'http://[/%61dmin/', 'http:///%61dmin/'])(
    'does not throw for what a Host header made of a URL: %s',
    (url) => {
      expect(() => isAdminRequest(url, undefined)).not.toThrow()
    },
  )
})

/** The URL as a Request has it: parsed, so that dot segments are gone. */
function urlOf(path: string, origin = ORIGIN): string {
  return new URL(origin + path).href
}
