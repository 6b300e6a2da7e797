// Logouts that come from an identity provider.

import { describe, expect, it } from 'vitest'
import type { HttpAnswer } from '../../harness/http.ts'
import { useOidcRig } from '../support/oidc-rig.ts'
import { createWalker, type Walker } from '../support/walker.ts'

const oidc = useOidcRig()

const told = ({ status, json }: HttpAnswer) => [status, json['code']]

describe('a back-channel logout', () => {
  async function logOut(token: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    const body = new URLSearchParams({ logout_token: token }).toString()
    return await oidc.rig.send('/admin/back-channel-logout', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body,
    })
  }
  const isIn = async (walker: Walker) => (await walker.call('GET', '/session')).status === 200

  it('ends the session that it names, and once', async () => {
    const walker = await oidc.loggedIn()
    const sid = String(oidc.person['sid'])
    const { sub } = oidc.person
    oidc.person = { ...oidc.person, sid: 'another' }
    const other = createWalker(oidc.rig.url)
    await other.logIn()
    const token = await oidc.provider.logoutToken({ sid })
    const answer = await logOut(token)
    expect([answer.status, answer.headers['cache-control'], answer.text]).toEqual([
      200,
      'no-store',
      '',
    ])
    expect([await isIn(walker), await isIn(other)]).toEqual([false, true])
    oidc.person = { ...oidc.person, sid }
    await walker.logIn()
    expect(told(await logOut(token))).toEqual([400, 'logout_token_invalid'])
    expect(await isIn(walker)).toBe(true)
    // Of a person, all of them.
    const { user } = (await other.call('GET', '/session')).json as { user: { id: string } }
    expect((await logOut(await oidc.provider.logoutToken({ sub: String(sub) }))).status).toBe(200)
    expect([await isIn(walker), await isIn(other)]).toEqual([false, false])
    await other.logIn()
    const audit = (await other.call('GET', '/audit')).json['events'] as Record<string, unknown>[]
    const ends = audit.filter(({ action }) => action === 'session.delete')
    expect(ends).toHaveLength(3)
    for (const end of ends) expect(end).toMatchObject({ actor: 'gateway', user: { id: user.id } })
  })

  it.each([
    ['the session', () => ({ sid: String(oidc.person['sid']) })],
    ['the person', () => ({ sub: String(oidc.person['sub']) })],
    ['both', () => ({ sid: String(oidc.person['sid']), sub: String(oidc.person['sub']) })],
  ])('ends a log-in that is under way, by %s', async (_, claims) => {
    const walker = await oidc.loggedIn()
    await walker.call('DELETE', '/session')
    walker.cookies.clear()
    const back = await walker.leave('/admin/log-in')
    let answer: HttpAnswer | undefined
    oidc.provider.lies = {
      async beforeTokens() {
        answer = await logOut(await oidc.provider.logoutToken(claims()))
      },
    }
    const ended = await walker.get(back)
    expect(answer?.status).toBe(200)
    expect(told(ended)).toEqual([401, 'login_failed'])
    expect(ended.json['detail']).toMatch(/you were logged out at the identity provider/)
    expect(walker.cookies.has('portal_session')).toBe(false)
    oidc.provider.lies = {}
    await walker.logIn()
    expect(await isIn(walker)).toBe(true)
  })

  it('ends no log-in of somebody else that is under way', async () => {
    const walker = await oidc.loggedIn()
    const others = [
      { sid: 'another' },
      { sub: 'another' },
      { sid: 'another', sub: oidc.person['sub'] },
    ]
    for (const claims of others) {
      const back = await walker.leave('/admin/log-in')
      expect((await logOut(await oidc.provider.logoutToken(claims))).status).toBe(200)
      expect((await walker.get(back)).status).toBe(303)
    }
    expect(await isIn(walker)).toBe(true)
  })

  it('ends only what both of its names fit', async () => {
    const walker = await oidc.loggedIn()
    const { sub, sid } = oidc.person as { sub: string; sid: string }
    expect((await logOut(await oidc.provider.logoutToken({ sub: 'nobody', sid }))).status).toBe(200)
    expect(await isIn(walker)).toBe(true)
    expect((await logOut(await oidc.provider.logoutToken({ sub, sid }))).status).toBe(200)
    expect(await isIn(walker)).toBe(false)
  })

  it.each([
    ['another audience', { aud: 'another' }],
    ['another issuer', { iss: 'https://other.example' }],
    ['a nonce', { nonce: 'x' }],
    ['no event', { events: undefined }],
    ['another event', { events: { x: {} } }],
    [
      'an event that is no object',
      {
        events: { 'http://schemas.openid.net/event/backchannel-logout': 'x' },
      },
    ],
    ['no jti', { jti: undefined }],
    ['no end', { exp: undefined }],
    ['the past', { iat: 1, exp: 2 }],
    ['nobody', { sub: undefined, sid: undefined }],
  ])('ends nothing with %s', async (_, claims) => {
    const walker = await oidc.loggedIn()
    const { sub, sid } = oidc.person as { sub: string; sid: string }
    const answer = await logOut(await oidc.provider.logoutToken({ sub, sid, ...claims }))
    expect(told(answer)).toEqual([400, 'logout_token_invalid'])
    expect(await isIn(walker)).toBe(true)
  })

  it('ends nothing by a stranger, and nothing that is no token', async () => {
    const walker = await oidc.loggedIn()
    const { sub } = oidc.person as { sub: string }
    for (const signedBy of ['nobody', 'a stranger', 'the client secret'] as const) {
      const forged = await oidc.provider.logoutToken({ sub }, signedBy)
      expect(told(await logOut(forged))).toEqual([400, 'logout_token_invalid'])
    }
    for (const token of ['', 'x', 'x'.repeat(20_000)]) {
      expect(told(await logOut(token))).toEqual([400, 'logout_token_invalid'])
    }
    const asJson = await logOut(await oidc.provider.logoutToken({ sub }), {
      'Content-Type': 'text/plain',
    })
    expect(asJson.status).toBe(400)
    expect(await isIn(walker)).toBe(true)
  })
})
