import { describe, expect, it } from 'vitest'
import { stripAnswer } from '../../src/gateway/passed-answer.ts'

describe('stripAnswer()', () => {
  it("loses what is hop-by-hop and the admin page's cookie, and keeps the rest in its lines", () => {
    const answer = new Response('body', {
      status: 201,
      headers: [
        ['Connection', 'X-Hop'],
        ['X-Hop', '1'],
        ['Proxy-Authenticate', 'Basic'],
        ['Proxy-Authentication-Info', 'x'],
        ['Proxy-Authorization', 'Basic eDp5'],
        ['Proxy-Connection', 'close'],
        ['Set-Cookie', 'a=1; Path=/'],
        ['Set-Cookie', '__Host-portal_session=x; Path=/; Secure'],
        ['Set-Cookie', 'b=2, c; Expires=Thu, 01 Jan 2037 00:00:00 GMT'],
        ['Set-Cookie', 'portal_session=x'],
        ['WWW-Authenticate', 'Basic'],
        ['Clear-Site-Data', '"cache"'],
      ],
    })
    const { status, headers } = stripAnswer(answer)
    expect(status).toBe(201)
    expect(headers.getSetCookie()).toEqual([
      'a=1; Path=/',
      'b=2, c; Expires=Thu, 01 Jan 2037 00:00:00 GMT',
    ])
    const names = [...headers.keys()].filter((name) => name !== 'set-cookie')
    expect(new Set(names)).toEqual(
      new Set(['clear-site-data', 'connection', 'content-type', 'www-authenticate']),
    )
  })

  it('has no Set-Cookie where the only one was dropped', () => {
    const answer = new Response(null, { headers: { 'Set-Cookie': 'portal_session=x' } })
    expect(stripAnswer(answer).headers.has('set-cookie')).toBe(false)
  })
})
