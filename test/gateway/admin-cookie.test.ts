import { describe, expect, it } from 'vitest'
import { setsAdminCookie, withoutAdminCookie } from '../../src/gateway/admin-cookie.ts'

const NAMES = [
  'portal_session',
  '__Host-portal_session',
  'portal_log_in',
  '__Host-portal_log_in',
  '__Host-portal_confirm',
]

describe('withoutAdminCookie()', () => {
  it.each(NAMES)('removes %s wherever it stands, and keeps the others', (name) => {
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
      [`a=1; ${name}="c2V,jcmV0"; b=2`, 'a=1; b=2'],
      // What the admin surface trims from a name.
      [`\v${admin}; a=1`, 'a=1'],
      [`a=1;\f ${admin}`, 'a=1'],
      [`a=1;\u00a0${admin}`, 'a=1'],
      // Repeated headers, as the runtime joins them.
      [`${admin}, a=1`, 'a=1'],
      [`a=1, ${admin}`, 'a=1'],
      [`a=1, ${admin}, b=2`, 'a=1, b=2'],
      [`a=1; b=2, ${admin}; c=3`, 'a=1; b=2; c=3'],
      // A quote does not hold a `;` (RFC 6265bis §5.6).
      [`a="x; ${admin}`, 'a="x'],
    ] as const
    for (const [cookies, rest] of cases) {
      expect(withoutAdminCookie(cookies)?.trim() ?? null, cookies).toBe(rest)
    }
  })

  it('removes both names together', () => {
    const cookies = 'portal_session=x; a=1; __Host-portal_session=y; b=2; portal_session=z'
    expect(withoutAdminCookie(cookies)).toBe('a=1; b=2')
  })

  it.each([
    'a=1',
    'session=1; portal=2',
    'my_portal_session=1',
    'xportal_session=1; a=1',
    'portal_sessions=1',
    'portal_session_id=1',
    'portal_session2=1',
    'portal_session.x=1',
    'PORTAL_SESSION=1',
    '__host-portal_session=1',
    '__Secure-portal_session=1',
    '__Host-__Host-portal_session=1',
    'a=portal_session=1',
    'a=portal_session',
    'a=1,portal_session=1',
    'a=x portal_session=1',
    'a="portal_session"; b=2',
    'a="portal_session=1"; b=2',
    'a=1;; b=2',
    'a=1,2; b=3',
    'portal_session',
    '=portal_session=1',
  ])('leaves alone: %s', (cookies) => {
    expect(withoutAdminCookie(cookies)).toBe(cookies)
  })
})

describe('setsAdminCookie()', () => {
  it.each(
    NAMES.flatMap((name) => [
      `${name}=x`,
      `${name}=`,
      `${name}=x; Path=/; Secure`,
      `${name}=; Max-Age=0`,
      ` \t${name} \t= x; HttpOnly`,
      `${name}=x; Domain=example.com`,
      // A browser sends a cookie without a name back as its value.
      `=${name}=x`,
      ` = ${name} =x`,
    ]),
  )('knows %s', (setCookie) => {
    expect(setsAdminCookie(setCookie)).toBe(true)
  })

  it.each([
    'a=1; Path=/',
    'a=portal_session=x',
    'a=1, portal_session=x',
    'a=1; portal_session=x',
    'my_portal_session=x',
    'portal_session_id=x',
    'Portal_Session=x',
    '__host-portal_session=x',
    '__Secure-portal_session=x',
    'portal_session',
    'portal_session; Path=/',
    '; portal_session=x',
    '\u00a0portal_session=x',
    '',
  ])('leaves alone: %s', (setCookie) => {
    expect(setsAdminCookie(setCookie)).toBe(false)
  })
})
