// Confirmations by an identity provider in place of passwords.

import { describe, expect, it } from 'vitest'
import type { HttpAnswer } from '../../harness/http.ts'
import { sendHeldOpen } from '../support/held-open.ts'
import { useOidcRig } from '../support/oidc-rig.ts'
import { createWalker, type Walker } from '../support/walker.ts'

const oidc = useOidcRig()

const KEY = { application_name: 'CRM', platform: 'server' }
const create = (walker: Walker, confirmation?: string) =>
  walker.call('POST', '/keys', { ...KEY, ...(confirmation !== undefined && { confirmation }) })
const told = ({ status, json }: HttpAnswer) => [status, json['code']]
const REQUIRED = [403, 'confirmation_required']

describe('a confirmation', () => {
  it('asks the provider anew, and is good for one call', async () => {
    const walker = await oidc.loggedIn()
    expect(told(await create(walker))).toEqual(REQUIRED)
    const withPassword = { ...KEY, password: 'correct horse battery staple' }
    expect(told(await walker.call('POST', '/keys', withPassword))).toEqual(REQUIRED)
    const ended = await walker.walk('/admin/confirm')
    expect(ended.status).toBe(303)
    expect(ended.headers.location).toMatch(/^\/admin\/confirmed#confirmation=[\w-]{32}$/)
    expect([...walker.cookies.keys()]).toEqual(['portal_session'])
    const asked = Object.fromEntries(oidc.provider.asked.at(-1) ?? [])
    expect(asked).toMatchObject({ max_age: '0', prompt: 'login', code_challenge_method: 'S256' })
    const [, confirmation = ''] = String(ended.headers.location).split('=')
    const created = await create(walker, confirmation)
    expect(created.status, created.text).toBe(201)
    expect(told(await create(walker, confirmation))).toEqual(REQUIRED)

    const path = `/keys/${String(created.json['id'])}`
    const reveal = { confirmation: await walker.confirm() }
    const revealed = await walker.call('POST', `${path}/reveal`, reveal)
    expect(revealed.json).toEqual({ access_token: created.json['access_token'] })
    expect(told(await walker.call('POST', `${path}/reveal`, reveal))).toEqual(REQUIRED)
    const rotate = { overlap_seconds: 0, confirmation: await walker.confirm() }
    expect((await walker.call('POST', `${path}/rotation`, rotate)).status).toBe(201)
    expect(told(await walker.call('POST', `${path}/rotation`, {}))).toEqual(REQUIRED)
  })

  it('is good for one of two calls at once', async () => {
    const walker = await oidc.loggedIn()
    const confirmation = await walker.confirm()
    const both = await Promise.all([create(walker, confirmation), create(walker, confirmation)])
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 403])
  })

  it('is of one session', async () => {
    const walker = await oidc.loggedIn()
    const other = createWalker(oidc.rig.url)
    await other.logIn()
    const confirmation = await walker.confirm()
    expect(told(await create(other, confirmation))).toEqual(REQUIRED)
    expect((await create(walker, confirmation)).status).toBe(201)
    for (const invented of ['', 'x', 'x'.repeat(32)]) {
      expect(told(await create(walker, invented))).toEqual(REQUIRED)
    }
  })

  it('is for the call that it was asked for, and is not spent on another', async () => {
    const walker = await oidc.loggedIn()
    const first = await create(walker, await walker.confirm('?for=create_key'))
    expect(first.status, first.text).toBe(201)
    const second = await create(walker, await walker.confirm())
    const [one, other] = [first, second].map(({ json }) => `/keys/${String(json['id'])}`)
    const show = `?for=show_token&key=${String(first.json['id'])}`
    const confirmation = await walker.confirm(show)
    const others = [
      await create(walker, confirmation),
      await walker.call('POST', `${other}/reveal`, { confirmation }),
      await walker.call('POST', `${one}/rotation`, { confirmation }),
    ]
    for (const answer of others) {
      expect(told(answer)).toEqual(REQUIRED)
      expect(answer.json['detail']).toMatch(/for another call, or for another key/)
    }
    const revealed = await walker.call('POST', `${one}/reveal`, { confirmation })
    expect(revealed.json).toEqual({ access_token: first.json['access_token'] })
    const again = await walker.call('POST', `${one}/reveal`, { confirmation })
    expect(told(again)).toEqual(REQUIRED)
    expect(again.json['detail']).toMatch(/was used/)
    const rotate = `?for=rotate_key&key=${String(second.json['id'])}`
    const rotation = { confirmation: await walker.confirm(rotate), overlap_seconds: 0 }
    expect(told(await walker.call('POST', `${one}/rotation`, rotation))).toEqual(REQUIRED)
    expect((await walker.call('POST', `${other}/rotation`, rotation)).status).toBe(201)
  })

  it.each([
    ['?for=delete_key', '/for'],
    ['?for=', '/for'],
    ['?for=show_token', '/key'],
    ['?for=rotate_key&key=key_1', '/key'],
    ['?for=create_key&key=key_019aceb2f3a500000000000000000001', '/key'],
    ['?key=key_019aceb2f3a500000000000000000001', '/for'],
  ])('is not begun for %s', async (query, pointer) => {
    const walker = await oidc.loggedIn()
    const refused = await walker.get(`/admin/confirm${query}`)
    expect(told(refused)).toEqual([422, 'validation_failed'])
    expect(refused.json['errors']).toMatchObject([{ pointer }])
    const page = await walker.get(`/admin/confirm${query}`, { Accept: 'text/html' })
    expect(page.text).toContain(`<code>${pointer}</code>`)
    expect([...walker.cookies.keys()]).toEqual(['portal_session'])
  })

  it('is tried again for the same call', async () => {
    const walker = await oidc.loggedIn()
    oidc.provider.lies = { claims: { auth_time: undefined } }
    const back = await walker.leave('/admin/confirm?for=create_key')
    const page = await walker.get(back, { Accept: 'text/html' })
    expect(page.text).toContain('href="/admin/confirm?for=create_key"')
  })

  it('ends with its session, and needs one', async () => {
    const walker = await oidc.loggedIn()
    const confirmation = await walker.confirm()
    await walker.call('DELETE', '/session')
    walker.cookies.clear()
    await walker.logIn()
    expect(told(await create(walker, confirmation))).toEqual(REQUIRED)
    const nobody = await createWalker(oidc.rig.url).get('/admin/confirm')
    expect(told(nobody)).toEqual([401, 'unauthenticated'])
    const back = await walker.leave('/admin/confirm')
    await walker.call('DELETE', '/session')
    expect((await walker.get(back)).json).toMatchObject({ detail: /session has ended/ })
  })

  const seconds = () => Math.floor(Date.now() / 1_000)

  it.each([
    ['no auth_time', () => ({ auth_time: undefined }), /auth_time/],
    [
      'an auth_time that is no number',
      () => ({ auth_time: 'now' }),
      /login_failed|auth_time|valid/,
    ],
    ['an auth_time of before', () => ({ auth_time: seconds() - 10 }), /max_age/],
    ['an auth_time of long ago', () => ({ auth_time: seconds() - 86_400 }), /max_age/],
    ['an auth_time of the future', () => ({ auth_time: seconds() + 600 }), /max_age/],
    ['another person', () => ({ sub: 'somebody else' }), /another person/],
    ['another audience', () => ({ aud: 'another' }), /not valid/],
    ['another nonce', () => ({ nonce: 'another' }), /not valid/],
    ['an end of before', () => ({ exp: seconds() - 60 }), /not valid/],
    ['a beginning in the future', () => ({ nbf: seconds() + 60 }), /not valid/],
  ])('is refused with %s', async (_, claims, sentence) => {
    const walker = await oidc.loggedIn()
    oidc.provider.lies = { claims: claims() }
    const answer = await walker.walk('/admin/confirm')
    expect(told(answer)).toEqual(REQUIRED)
    expect(answer.json['detail']).toMatch(sentence)
    const page = await walker.get(await walker.leave('/admin/confirm'), { Accept: 'text/html' })
    expect(page.text).toContain('href="/admin/confirm"')
    expect((await walker.call('GET', '/keys')).status).toBe(200)
  })

  it('does not mind clocks that are apart', async () => {
    const walker = await oidc.loggedIn()
    oidc.provider.lies = { claims: { iat: seconds() - 25, auth_time: seconds() - 25 } }
    expect((await create(walker, await walker.confirm())).status).toBe(201)
  })

  it('is told from one of before, also where iat is dated back as by Entra ID', async () => {
    const walker = await oidc.loggedIn()
    oidc.provider.lies = { claims: { iat: seconds() - 300, nbf: seconds() - 300 } }
    expect((await create(walker, await walker.confirm())).status).toBe(201)
    for (const authTime of [seconds() - 10, seconds() - 300, seconds() - 301]) {
      const claims = { iat: seconds() - 300, nbf: seconds() - 300, auth_time: authTime }
      oidc.provider.lies = { claims }
      const answer = await walker.walk('/admin/confirm')
      expect(told(answer)).toEqual(REQUIRED)
      expect(answer.json['detail']).toMatch(/max_age/)
    }
  })

  it('is no log-in, and a log-in is none', async () => {
    const walker = await oidc.loggedIn()
    const confirming = await walker.leave('/admin/confirm')
    const cookie = walker.cookies.get('portal_confirm') ?? ''
    walker.cookies.delete('portal_confirm')
    walker.cookies.set('portal_log_in', cookie)
    expect(told(await walker.get(confirming))).toEqual([401, 'login_failed'])
    walker.cookies.set('portal_confirm', cookie)
    oidc.provider.lies = { replays: true }
    expect((await walker.get(confirming)).status).toBe(303)
    walker.cookies.set('portal_confirm', cookie)
    expect(told(await walker.get(confirming))).toEqual(REQUIRED) // good once
  })

  it('is not to be had while the provider is down', async () => {
    const walker = await oidc.loggedIn()
    oidc.provider.lies = { token: 500 }
    const answer = await walker.walk('/admin/confirm')
    expect(told(answer)).toEqual([503, 'identity_provider_unavailable'])
  })
})

describe('what is taken from a person', () => {
  const takings: Readonly<Record<string, () => Promise<unknown>>> = {
    'a lower role at the provider': async () => {
      oidc.person = { ...oidc.person, role: 'viewer' }
      await createWalker(oidc.rig.url).logIn()
    },
    'a logout at the provider': async () => {
      const token = await oidc.provider.logoutToken({ sub: String(oidc.person['sub']) })
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const body = `logout_token=${token}`
      await oidc.rig.send('/admin/back-channel-logout', { method: 'POST', headers, body })
    },
  }

  it.each(Object.entries(takings))(
    'holds for a request that is still arriving: %s',
    async (_, take) => {
      const walker = await oidc.loggedIn()
      const made = await create(walker, await walker.confirm())
      for (const [path, body] of [
        ['/keys', { ...KEY, application_name: 'late' }],
        [`/keys/${String(made.json['id'])}/reveal`, {}],
      ] as const) {
        oidc.person = { ...oidc.person, role: 'owner' }
        walker.cookies.clear()
        await walker.logIn()
        const whole = { ...body, confirmation: await walker.confirm() }
        const session = { cookie: `portal_session=${walker.cookies.get('portal_session') ?? ''}` }
        const answer = await sendHeldOpen(oidc.rig, session, 'POST', path, whole, take)
        expect([401, 403], answer.text).toContain(answer.status)
        expect(answer.text).not.toContain('cpk_')
      }
      walker.cookies.clear()
      await walker.logIn()
      expect(JSON.stringify((await walker.call('GET', '/keys')).json)).not.toContain('late')
    },
  )
})

describe('the cookies of a way to the provider', () => {
  it('are of this host alone, over HTTPS', async () => {
    const begun = await oidc.rig.worker.miniflare.dispatchFetch(
      'https://keys.example/admin/log-in',
      {
        redirect: 'manual',
      },
    )
    expect(begun.headers.get('set-cookie')).toMatch(
      /^__Host-portal_log_in=[\w.-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    const url = new URL(begun.headers.get('location') ?? '')
    expect(url.searchParams.get('redirect_uri')).toBe('https://keys.example/admin/log-in/callback')
  })
})
