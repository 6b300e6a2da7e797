// The log-in by an identity provider, from the outside.

import { describe, expect, it } from 'vitest'
import { useOidcRig } from '../support/oidc-rig.ts'
import { createWalker } from '../support/walker.ts'

const oidc = useOidcRig()

const code = (answer: { json: Record<string, unknown> }) => answer.json['code']

describe('a log-in', () => {
  it('goes to the provider with PKCE, state and nonce, and makes the user', async () => {
    const { accountId, walker } = await oidc.newPerson('manager')
    const begun = await walker.get('/admin/log-in')
    expect(begun.status).toBe(303)
    const url = new URL(String(begun.headers.location))
    expect(`${url.origin}${url.pathname}`).toBe(`${oidc.provider.issuer}/authorize`)
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: 'portal-gateway',
      response_type: 'code',
      redirect_uri: `${oidc.rig.url}/admin/log-in/callback`,
      scope: 'openid email profile',
      code_challenge_method: 'S256',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(url.searchParams.get(name)).toMatch(/^[\w-]{43}$/)
    }
    expect(begun.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^portal_log_in=[\w.-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
      ),
    ])
    const ended = await walker.walk('/admin/log-in')
    expect([ended.status, ended.headers.location]).toEqual([303, '/admin/'])
    expect([...walker.cookies.keys()]).toEqual(['portal_session'])
    const session = await walker.call('GET', '/session')
    expect(session.json).toMatchObject({
      account: { id: accountId },
      user: { email: oidc.person['email'], name: oidc.person['name'], role: 'manager' },
      confirm_by: 'identity_provider',
    })
    const users = await oidc.rig.operator('GET', `/accounts/${accountId}/users`)
    expect(users.json['users']).toHaveLength(2) // one of them is the first user, made by the operator
  })

  it('is the same user again, by issuer and sub, whatever the e-mail says', async () => {
    const { walker, accountId } = await oidc.newPerson()
    await walker.logIn()
    const { user } = (await walker.call('GET', '/session')).json
    oidc.person = {
      ...oidc.person,
      email: 'else@example.com',
      role: 'viewer',
      sub: oidc.person['sub'],
    }
    const other = createWalker(oidc.rig.url)
    await other.logIn()
    expect((await other.call('GET', '/session')).json['user']).toEqual({
      ...(user as object),
      email: 'else@example.com',
      role: 'viewer',
    })
    // The role fell, so the session with more rights has ended.
    expect((await walker.call('GET', '/session')).status).toBe(401)
    oidc.person = { ...oidc.person, sub: `${String(oidc.person['sub'])}-twin` }
    await createWalker(oidc.rig.url).logIn()
    const users = await oidc.rig.operator('GET', `/accounts/${accountId}/users`)
    expect(users.json['users']).toHaveLength(3)
  })

  it('has no other way in', async () => {
    await oidc.newPerson()
    const tried = await oidc.rig.send('/admin/api/v1/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"email":"contact-1@example.com","password":"correct horse battery"}',
    })
    expect([tried.status, code(tried)]).toEqual([404, 'not_found'])
    const local = await oidc.rig.customer()
    const session = await local.call('GET', '/session')
    expect(session.json).toMatchObject({ code: 'unauthenticated', log_in_at: '/admin/log-in' })
  })

  it('leaves second factors to the provider', async () => {
    const { accountId, walker } = await oidc.newPerson()
    await walker.logIn()
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['POST', '/removal'],
      ['POST', '/confirmation'],
      ['POST', '/recovery-codes'],
    ] as const) {
      const body = method === 'GET' ? undefined : { password: 'x', code: '123456' }
      const answer = await walker.call(method, `/second-factor${path}`, body)
      expect([answer.status, code(answer)], `${method} ${path}`).toEqual([404, 'not_found'])
    }
    const seen = await walker.call('GET', '/users')
    const listed = await oidc.rig.operator('GET', `/accounts/${accountId}/users`)
    for (const { json } of [seen, listed]) {
      expect(json['users']).toHaveLength(2)
      expect(JSON.stringify(json)).not.toContain('second_factor')
    }
  })

  it('goes on at a page of ours alone', async () => {
    const { walker } = await oidc.newPerson()
    const answer = await walker.walk('/admin/log-in?return_to=/admin/keys/key_1/edit')
    expect(answer.headers.location).toBe('/admin/keys/key_1/edit')
    for (const elsewhere of [
      '//evil.example',
      'https://evil.example',
      '/admin/../x',
      '/admin/%0d',
    ]) {
      const path = `/admin/log-in?return_to=${encodeURIComponent(elsewhere)}`
      expect((await walker.walk(path)).headers.location).toBe('/admin/')
    }
  })
})

describe('what a provider says', () => {
  it.each([
    ['another audience', { aud: 'another' }],
    ['another audience beside', { aud: ['another', 'portal-gateway'], azp: 'another' }],
    ['another nonce', { nonce: 'another' }],
    ['no nonce', { nonce: undefined }],
    ['another issuer', { iss: 'https://other.example' }],
    ['no sub', { sub: undefined }],
    ['too long a sub', { sub: 'x'.repeat(256) }],
    ['the past', { exp: Math.floor(Date.now() / 1_000) - 60 }],
    ['the future', { iat: Math.floor(Date.now() / 1_000) + 600, nbf: Date.now() }],
  ])('is not believed with %s', async (_, claims) => {
    const { walker } = await oidc.newPerson()
    oidc.provider.lies = { claims }
    const answer = await walker.walk('/admin/log-in')
    expect([answer.status, code(answer)]).toEqual([401, 'login_failed'])
    expect(walker.cookies.size).toBe(0)
  })

  it.each(['nobody', 'a stranger', 'the client secret'] as const)(
    'is not believed if %s signed it',
    async (signedBy) => {
      const { walker } = await oidc.newPerson()
      oidc.provider.lies = { signedBy }
      const answer = await walker.walk('/admin/log-in')
      expect([answer.status, code(answer)]).toEqual([401, 'login_failed'])
    },
  )

  it('is believed from a clock that is a little off', async () => {
    const { walker } = await oidc.newPerson()
    const now = Math.floor(Date.now() / 1_000)
    oidc.provider.lies = { claims: { iat: now + 20, exp: now - 20 } }
    await walker.logIn()
  })

  it('is believed after its keys were rotated', async () => {
    const { walker } = await oidc.newPerson()
    await walker.logIn()
    await oidc.provider.rotateKeys()
    await walker.logIn()
    await oidc.provider.rotateKeys()
    await walker.logIn()
  })

  it.each([
    ['no account', { account_id: undefined }, 403, 'account_unknown'],
    ['an unknown account', { account_id: 'nobody' }, 403, 'account_unknown'],
    ['a list of accounts', { account_id: ['crm-1'] }, 403, 'account_unknown'],
    ['no role', { role: undefined }, 403, 'role_unknown'],
    ['an unknown role', { role: 'emperor' }, 403, 'role_unknown'],
    ['a role of the prototype', { role: 'constructor' }, 403, 'role_unknown'],
  ])('lets nobody in with %s', async (_, claims, status, expected) => {
    const { walker } = await oidc.newPerson()
    oidc.provider.lies = { claims }
    const answer = await walker.walk('/admin/log-in')
    expect([answer.status, code(answer)]).toEqual([status, expected])
    const page = await walker.get(await walker.leave('/admin/log-in'), {
      Accept: 'text/html,*/*;q=0.8',
    })
    expect(page.headers['content-type']).toBe('text/html; charset=UTF-8')
    expect(page.text).toContain('href="/admin/log-in"')
    expect(walker.cookies.size).toBe(0)
  })

  it('cannot move a person to another account', async () => {
    const first = await oidc.newPerson()
    await first.walker.logIn()
    const { sub } = oidc.person
    await oidc.newPerson()
    oidc.person = { ...oidc.person, sub }
    const answer = await first.walker.walk('/admin/log-in')
    expect([answer.status, code(answer)]).toEqual([403, 'account_mismatch'])
    expect((await first.walker.call('GET', '/session')).status).toBe(200)
  })

  it('lets no user in whom the operator disabled', async () => {
    const { walker } = await oidc.newPerson()
    await walker.logIn()
    const { user } = (await walker.call('GET', '/session')).json as { user: { id: string } }
    await oidc.rig.operator('PATCH', `/users/${user.id}`, { status: 'disabled' })
    expect((await walker.call('GET', '/session')).status).toBe(401)
    const answer = await walker.walk('/admin/log-in')
    expect([answer.status, code(answer)]).toEqual([403, 'user_disabled'])
  })

  it('may come from the UserInfo endpoint, of the same person', async () => {
    const { walker } = await oidc.newPerson()
    const { account_id, role, email } = oidc.person
    const userinfo = { sub: oidc.person['sub'], account_id, role, email }
    const absent = { account_id: undefined, role: undefined, email: undefined }
    const metadata = { userinfo_endpoint: `${oidc.provider.issuer}/userinfo` }
    // The metadata is cached, so another gateway reads it with the endpoint.
    oidc.provider.lies = { claims: absent, userinfo, metadata }
    const other = createWalker(await oidc.rig.another(oidc.provider.variables))
    await other.logIn()
    expect((await other.call('GET', '/session')).json).toMatchObject({ user: { email } })
    oidc.provider.lies = { ...oidc.provider.lies, userinfo: { ...userinfo, sub: 'somebody else' } }
    expect(code(await other.walk('/admin/log-in'))).toBe('identity_provider_unavailable')
    expect(walker.cookies.size).toBe(0)
  })
})

describe('an answer to the browser', () => {
  it('needs the cookie, the state and the issuer of the log-in that was begun', async () => {
    const { walker } = await oidc.newPerson()
    const back = await walker.leave('/admin/log-in')
    const foreign = await createWalker(oidc.rig.url).get(back)
    expect([foreign.status, code(foreign)]).toEqual([401, 'login_failed'])
    const changed = new URL(back)
    changed.searchParams.set('state', 'another')
    expect(code(await walker.get(changed.href))).toBe('login_failed')
    for (const answer of [
      { iss: 'https://other.example' },
      { iss: undefined },
      { code: undefined },
    ]) {
      oidc.provider.lies = { answer }
      expect(code(await walker.walk('/admin/log-in'))).toBe('login_failed')
    }
    oidc.provider.lies = {}
    expect((await walker.get(back)).status).toBe(401) // its cookie is gone
    await walker.logIn()
  })

  it('says no in the words of the provider, if they are words', async () => {
    const { walker } = await oidc.newPerson()
    oidc.provider.lies = { answer: { error: 'access_denied', code: undefined } }
    const answer = await walker.walk('/admin/log-in')
    expect(answer.json).toMatchObject({ code: 'login_failed', detail: /access_denied/ })
    oidc.provider.lies = { answer: { error: '<script>' } }
    expect((await walker.walk('/admin/log-in')).text).not.toContain('script')
  })

  it('is good once, even if the provider takes the code again', async () => {
    const { walker } = await oidc.newPerson()
    oidc.provider.lies = { replays: true }
    const back = await walker.leave('/admin/log-in')
    const cookies = new Map(walker.cookies)
    expect((await walker.get(back)).status).toBe(303)
    const thief = createWalker(oidc.rig.url)
    for (const [name, value] of cookies) thief.cookies.set(name, value)
    const again = await thief.get(back)
    expect([again.status, code(again)]).toEqual([401, 'login_failed'])
    expect(thief.cookies.size).toBe(0)
  })

  it('cannot be used to try codes at the provider without end', async () => {
    const { walker } = await oidc.newPerson()
    const home = { 'CF-Connecting-IP': '203.0.113.77' }
    const back = await walker.leave('/admin/log-in')
    const cookies = new Map(walker.cookies)
    const guess = async (parameters: Record<string, string>, from = home) => {
      for (const [name, value] of cookies) walker.cookies.set(name, value)
      const url = new URL(back)
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
      return await walker.get(url.href, from)
    }
    const codes: unknown[] = []
    for (let n = 0; n < 21; n += 1) {
      codes.push(code(await guess({ code: `guess-${n}` })))
      // Neither takes the counter back.
      if (n % 7 === 0) await guess({ code: 'x', iss: 'https://other.example' })
    }
    expect(codes.slice(0, 17)).toEqual(Array(17).fill('login_failed'))
    expect(codes.at(-1)).toBe('throttled')
    const refused = await guess({})
    expect([refused.status, Number(refused.headers['retry-after']) > 0]).toEqual([429, true])
    expect(refused.json['detail']).toMatch(/identity provider did not know too many codes/)
    // Nobody else waits, and the code is as good as before.
    const elsewhere = await guess({}, { 'CF-Connecting-IP': '203.0.113.78' })
    expect(elsewhere.status).toBe(303)
  })

  it('has a code that the provider takes once', async () => {
    const { walker } = await oidc.newPerson()
    const back = await walker.leave('/admin/log-in')
    await fetch(`${oidc.provider.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ code: new URL(back).searchParams.get('code') ?? '' }),
    })
    const answer = await walker.get(back)
    expect([answer.status, code(answer)]).toEqual([401, 'login_failed'])
  })
})

describe('a provider that cannot be used', () => {
  const page = { Accept: 'text/html' }

  it.each(['hang', 500, 404, 'nonsense', '{}', '{"issuer":"https://other.example"}'])(
    'is told of where its metadata is %j',
    async (discovery) => {
      oidc.provider.lies = { discovery }
      const walker = createWalker(await oidc.rig.another(oidc.provider.variables))
      const startedMs = Date.now()
      const answer = await walker.get('/admin/log-in')
      expect(Date.now() - startedMs).toBeLessThan(5_000)
      expect([answer.status, code(answer)]).toEqual([503, 'identity_provider_unavailable'])
      expect(answer.headers['retry-after']).toBe('5')
    },
  )

  it('is told of where an endpoint could be overheard', async () => {
    oidc.provider.lies = { metadata: { token_endpoint: 'http://provider.example/token' } }
    const walker = createWalker(await oidc.rig.another(oidc.provider.variables))
    expect((await walker.get('/admin/log-in')).status).toBe(503)
  })

  it.each(['hang', 500, 302, 'nonsense', '[]'])(
    'is told of where its tokens are %j',
    async (token) => {
      const { walker } = await oidc.newPerson()
      oidc.provider.lies = { token }
      const back = await walker.leave('/admin/log-in')
      const startedMs = Date.now()
      const answer = await walker.get(back, page)
      expect(Date.now() - startedMs).toBeLessThan(5_000)
      expect(answer.status).toBe(503)
      expect(answer.text).toContain('identity_provider_unavailable')
    },
  )

  it('is told of where its answer has no end', async () => {
    const { walker } = await oidc.newPerson()
    oidc.provider.lies = { token: `{"access_token":"${'x'.repeat(300_000)}"}` }
    expect(code(await walker.walk('/admin/log-in'))).toBe('identity_provider_unavailable')
  })

  it.each(['hang', 503, '{"keys":1}'])('is told of where its keys are %j', async (keys) => {
    await oidc.newPerson()
    const walker = createWalker(await oidc.rig.another(oidc.provider.variables))
    oidc.provider.lies = { keys }
    const answer = await walker.walk('/admin/log-in')
    expect([answer.status, code(answer)]).toEqual([503, 'identity_provider_unavailable'])
    oidc.provider.lies = {}
    await walker.logIn()
  })

  it('leaves sessions alone, and stands in the log without its secrets', async () => {
    const { walker } = await oidc.newPerson()
    await walker.logIn()
    oidc.provider.lies = { discovery: 500, token: 500, keys: 500 }
    expect((await walker.call('GET', '/keys')).status).toBe(200)
    await walker.walk('/admin/log-in')
    const faults = oidc.rig.logs.filter((line) => line.includes('"identity_provider"'))
    expect(faults.some((line) => line.includes('"reason":"http_500"'))).toBe(true)
    const all = oidc.rig.logs.join('\n')
    for (const secret of [
      'the-access-token',
      'the-refresh-token',
      'client secret',
      'eyJ',
      'code-',
    ]) {
      expect(all).not.toContain(secret)
    }
  })
})
