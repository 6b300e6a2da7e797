import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logIn } from '../support/customer.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

const SESSION = '/admin/api/v1/session'

function post(body: unknown, headers: Record<string, string> = {}) {
  return rig.send(SESSION, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

function whoAmI(cookie: string) {
  return rig.send(SESSION, { headers: { Cookie: cookie, 'CF-Connecting-IP': '::ffff:192.0.2.9' } })
}

describe('POST /session', () => {
  it('answers the account and a cookie that scripts cannot read', async () => {
    const { id, email, password } = await rig.customer({ status: 'active' })
    const answer = await post({ email, password })
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ account: { id, email, name: 'Test', status: 'active' } })
    const [cookie = ''] = answer.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/^portal_session=[\w-]{43}; /)
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=43200']) {
      expect(cookie).toContain(attribute)
    }
    expect(cookie).not.toContain('Secure')
  })

  it('names the cookie __Host- and makes it Secure beyond localhost', async () => {
    const { email, password } = await rig.customer()
    const answer = await rig.worker.miniflare.dispatchFetch(`https://keys.example${SESSION}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^__Host-portal_session=/)
    expect(cookie).toContain('Secure')
    const wrongName = cookie.split(';')[0]?.replace('__Host-', '') ?? ''
    const shown = await rig.worker.miniflare.dispatchFetch(`https://keys.example${SESSION}`, {
      headers: { Cookie: wrongName },
    })
    expect(shown.status).toBe(401)
  })

  it('compares e-mails without regard to case', async () => {
    const { password } = await rig.customer({ email: 'Jane.Doe@Example.com' })
    expect((await post({ email: 'jane.doe@EXAMPLE.COM', password })).status).toBe(200)
  })

  it.each(['pending', 'suspended'] as const)('lets a %s account in', async (status) => {
    const { email, password } = await rig.customer({ status })
    expect((await post({ email, password })).json).toMatchObject({ account: { status } })
  })

  it('answers a wrong password and an unknown e-mail alike', async () => {
    const { email } = await rig.customer()
    const wrong = await post({ email, password: 'wrong' }, { 'X-Request-Id': 'same' })
    const unknown = await post({ email: 'x@y.zz', password: 'wrong' }, { 'X-Request-Id': 'same' })
    expect(wrong.status).toBe(401)
    expect(wrong.json).toMatchObject({ code: 'login_failed' })
    expect(wrong.headers['www-authenticate']).toBe('Session realm="admin"')
    expect(unknown.text).toBe(wrong.text)
    expect(unknown.headers).toEqual(wrong.headers)
    expect(wrong.headers['set-cookie']).toBeUndefined()
  })

  it('rotates: the session that was sent along is dead', async () => {
    const { email, password, cookie } = await rig.customer()
    const answer = await post({ email, password }, { Cookie: cookie })
    expect(answer.status).toBe(200)
    expect((await whoAmI(cookie)).status).toBe(401)
    const [fresh = ''] = answer.headers['set-cookie'] ?? []
    expect((await whoAmI(fresh.split(';')[0] ?? '')).status).toBe(200)
  })

  it('leaves sessions of other browsers alone', async () => {
    const { email, password, cookie } = await rig.customer()
    await logIn(rig.url, email, password)
    expect((await whoAmI(cookie)).status).toBe(200)
  })
})

describe('GET /session', () => {
  it('answers who is logged in, and from where', async () => {
    const { id, email, cookie } = await rig.customer()
    const answer = await whoAmI(cookie)
    expect(answer.json).toEqual({
      account: { id, email, name: 'Test', status: 'active' },
      client_ip: '192.0.2.9',
    })
  })

  it.each(['', 'portal_session=', 'portal_session=forged', `portal_session=${'A'.repeat(43)}`])(
    'is 401 for the cookie %j',
    async (cookie) => {
      const answer = await whoAmI(cookie)
      expect(answer.status).toBe(401)
      expect(answer.json).toMatchObject({ code: 'unauthenticated' })
      expect(answer.headers['www-authenticate']).toBe('Session realm="admin"')
    },
  )
})

describe('DELETE /session', () => {
  it('ends the session on the server too', async () => {
    const { cookie } = await rig.customer()
    const answer = await rig.send(SESSION, { method: 'DELETE', headers: { Cookie: cookie } })
    expect(answer.status).toBe(204)
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^portal_session=; Max-Age=0/)
    expect((await whoAmI(cookie)).status).toBe(401)
  })
})

describe('a new password', () => {
  it('ends all sessions of the account, and leaves its keys', async () => {
    const customer = await rig.customer()
    const { token } = await customer.createKey()
    const second = await logIn(rig.url, customer.email, customer.password)
    const password = 'another good password'
    const change = await rig.operator('PATCH', `/accounts/${customer.id}`, { password })
    expect(change.status).toBe(200)
    expect((await whoAmI(customer.cookie)).status).toBe(401)
    expect((await whoAmI(second)).status).toBe(401)
    expect((await post({ email: customer.email, password: customer.password })).status).toBe(401)
    expect((await post({ email: customer.email, password })).status).toBe(200)
    expect((await rig.send('/x', { headers: { 'X-API-Key': token } })).status).toBe(200)
  })
})
