import { createHmac, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logIn, ownAddress } from '../../harness/customer.ts'
import { type Rig, startRig } from '../support/rig.ts'
import { runSql } from '../support/sql.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

const SESSION = '/admin/api/v1/session'

function run(sql: string, args?: (string | number)[]) {
  return runSql(rig.libsqlUrl, sql, args)
}

/** Under which the version before looks for a cookie's session. */
function sessionHash(value: string): string {
  const [ringKey = '', secret = ''] = rig.secrets.SESSION_KEYS.split(':')
  const mac = createHmac('sha256', Buffer.from(secret, 'base64url')).update(value)
  return `${ringKey}.${mac.digest('base64url')}`
}

function post(body: unknown, headers: Record<string, string> = {}) {
  return rig.send(SESSION, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'CF-Connecting-IP': ownAddress(),
      ...headers,
    },
    body: JSON.stringify(body),
  })
}

function whoAmI(cookie: string) {
  return rig.send(SESSION, { headers: { Cookie: cookie, 'CF-Connecting-IP': '::ffff:192.0.2.9' } })
}

describe('POST /session', () => {
  it('answers the account and a cookie that scripts cannot read', async () => {
    const { id, email, password } = await rig.registeredCustomer({ status: 'active' })
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
    const { email, password } = await rig.registeredCustomer()
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
    const { password } = await rig.registeredCustomer({ email: 'Jane.Doe@Example.com' })
    expect((await post({ email: 'jane.doe@EXAMPLE.COM', password })).status).toBe(200)
  })

  it.each(['pending', 'suspended'] as const)('lets a %s account in', async (status) => {
    const { email, password } = await rig.registeredCustomer({ status })
    expect((await post({ email, password })).json).toMatchObject({ account: { status } })
  })

  it('answers a wrong password and an unknown e-mail alike', async () => {
    const { email } = await rig.registeredCustomer()
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
    const { email, password, cookie } = await rig.registeredCustomer()
    const answer = await post({ email, password }, { Cookie: cookie })
    expect(answer.status).toBe(200)
    expect((await whoAmI(cookie)).status).toBe(401)
    const [fresh = ''] = answer.headers['set-cookie'] ?? []
    expect((await whoAmI(fresh.split(';')[0] ?? '')).status).toBe(200)
  })

  it('leaves sessions of other browsers alone', async () => {
    const { email, password, cookie } = await rig.registeredCustomer()
    await logIn(rig.url, email, password)
    expect((await whoAmI(cookie)).status).toBe(200)
  })
})

describe('GET /session', () => {
  it('answers who is logged in, and from where', async () => {
    const { id, email, cookie } = await rig.registeredCustomer()
    const answer = await whoAmI(cookie)
    expect(answer.json).toEqual({
      account: { id, email, name: 'Test', status: 'active' },
      user: { id: id.replace('acc_', 'usr_'), email, name: 'Test', role: 'owner' },
      confirm_by: 'password',
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

describe('Prefer: logged-out=204', () => {
  const Prefer = 'logged-out=204'

  it.each(['/session', '/keys?limit=200'])('is a 204 without a session: GET %s', async (path) => {
    for (const Cookie of ['', 'portal_session=forged']) {
      const answer = await rig.send(`/admin/api/v1${path}`, { headers: { Cookie, Prefer } })
      expect([answer.status, answer.text]).toEqual([204, ''])
      expect(answer.headers['preference-applied']).toBe(Prefer)
      expect(answer.headers['cache-control']).toBe('no-store')
    }
  })

  it('changes nothing of an answer to a session, of another method, or of another preference', async () => {
    const { cookie } = await rig.registeredCustomer()
    const known = await rig.send(SESSION, { headers: { Cookie: cookie, Prefer } })
    expect(known.json).toHaveProperty('user')
    for (const [method, preference] of [
      ['DELETE', Prefer],
      ['GET', 'return=minimal'],
    ] as const) {
      const answer = await rig.send(SESSION, { method, headers: { Prefer: preference } })
      expect(answer.status).toBe(401)
    }
  })
})

describe('a forged cookie', () => {
  it('is refused without a read of libSQL', async () => {
    const { cookie } = await rig.registeredCustomer()
    expect((await whoAmI(cookie)).status).toBe(200)
    const forged = [
      'portal_session=forged',
      `portal_session=${'A'.repeat(43)}`,
      `portal_session=${randomBytes(32).toString('base64url')}`,
      `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'E' : 'A'}`,
      `${cookie}A`,
    ]
    await expectQuiet(forged[1] ?? '') // reads whether such cookies can be good, for the next seconds
    rig.libsql.set('closed')
    try {
      for (const each of forged) expect((await whoAmI(each)).status, each).toBe(401)
      expect((await whoAmI(cookie)).status).toBe(503)
    } finally {
      rig.libsql.set('open')
    }
    expect((await whoAmI(cookie)).status).toBe(200)
  })

  async function expectQuiet(cookie: string): Promise<void> {
    expect((await whoAmI(cookie)).status).toBe(401)
  }
})

describe('a cookie of the version before, which has no tag', () => {
  it('is good while its session lives, and such sessions are listed and end like others', async () => {
    const { id: accountId, cookie } = await rig.registeredCustomer()
    const value = randomBytes(32).toString('base64url')
    const id = `ses_${'0'.repeat(31)}1`
    await run(
      `INSERT INTO sessions (id, token_hash, account_id, created_at, last_seen_at)
        VALUES (?, ?, ?, ?, ?)`,
      [id, sessionHash(value), accountId, Date.now(), Date.now()],
    )
    const old = `portal_session=${value}`
    await expect.poll(async () => (await whoAmI(old)).status, { timeout: 10_000 }).toBe(200)
    const listed = await rig.send('/admin/api/v1/sessions', { headers: { Cookie: old } })
    expect(listed.json['sessions']).toContainEqual(expect.objectContaining({ id, current: true }))
    const ended = await rig.send(SESSION, { method: 'DELETE', headers: { Cookie: old } })
    expect(ended.status).toBe(204)
    expect((await whoAmI(old)).status).toBe(401)
    expect((await whoAmI(cookie)).status).toBe(200)
  })

  it('and one with a tag is found by that version too, which runs beside it during a deploy', async () => {
    const { cookie } = await rig.registeredCustomer()
    const hash = sessionHash(cookie.split('=')[1] ?? '')
    const found = await run('SELECT id FROM sessions WHERE token_hash = ?', [hash])
    expect(found.rows).toHaveLength(1)
  })
})

describe('two cookies of our name', () => {
  it('are as good as none, in one line or two, equal or not', async () => {
    const one = await rig.registeredCustomer()
    const other = await rig.registeredCustomer()
    for (const Cookie of [
      `${one.cookie}; ${other.cookie}`,
      `${one.cookie}; ${one.cookie}`,
      `portal_session=forged; ${one.cookie}`,
      `${one.cookie}; portal_session=`,
      [one.cookie, other.cookie],
    ]) {
      const answer = await rig.send(SESSION, { headers: { Cookie } })
      expect(answer.status, String(Cookie)).toBe(401)
    }
    const rest = ['a=b; c="d"', 'other_portal_session=x']
    for (const Cookie of [`${rest[0]}; ${one.cookie}`, [...rest, one.cookie]]) {
      const answer = await rig.send(SESSION, { headers: { Cookie } })
      expect(answer.json, String(Cookie)).toMatchObject({ account: { id: one.id } })
    }
  })

  it('are not read out of the value of another, which goes to the upstream as it is', async () => {
    const { cookie } = await rig.registeredCustomer()
    expect((await whoAmI(`a=1,${cookie}`)).status).toBe(401)
  })

  it('end no session at a log-in', async () => {
    const { email, password, cookie } = await rig.registeredCustomer()
    const other = await rig.registeredCustomer()
    const answer = await post({ email, password }, { Cookie: `${cookie}; ${other.cookie}` })
    expect(answer.status).toBe(200)
    expect((await whoAmI(cookie)).status).toBe(200)
    expect((await whoAmI(other.cookie)).status).toBe(200)
  })
})

describe('sessions', () => {
  it('of an account are 100 at most: with one more, the oldest ends, and the audit has it', async () => {
    const customer = await rig.registeredCustomer()
    const now = Date.now()
    const rows = Array.from({ length: 150 }, (_, n) => {
      const id = `ses_${(now - 60_000 + n).toString(16).padStart(12, '0')}${'0'.repeat(20)}`
      return `('${id}', 'x${n}', '${customer.id}', ${now - 1_000}, ${now}, '${'ü'.repeat(256)}')`
    })
    await run(
      `INSERT INTO sessions (id, token_hash, account_id, created_at, last_seen_at, user_agent)
        VALUES ${rows.join(', ')}`,
    )
    const many = await customer.call('GET', '/sessions')
    expect(many.json['sessions']).toHaveLength(151)
    await logIn(rig.url, customer.email, customer.password)
    const few = await customer.call('GET', '/sessions')
    expect(few.json['sessions']).toHaveLength(100)
    expect(few.json['sessions']).toContainEqual(expect.objectContaining({ current: true }))
    const events = await run(
      `SELECT id, actor, address FROM audit_events WHERE account_id = ? AND action = 'session.delete'`,
      [customer.id],
    )
    expect(events.rows).toHaveLength(52)
    for (const { id, actor } of events.rows) {
      expect(id).toMatch(/^evt_[0-9a-f]{32}$/)
      expect(actor).toBe('customer')
    }
    const audit = await customer.call('GET', '/audit?limit=200')
    expect(audit.status).toBe(200)
  })

  it('listed are bounded, however many there are', async () => {
    const customer = await rig.registeredCustomer()
    const now = Date.now()
    for (let part = 0; part < 12; part++) {
      const rows = Array.from({ length: 1_000 }, (_, n) => {
        const id = `ses_${(now - 60_000 + part * 1_000 + n).toString(16).padStart(12, '0')}${'1'.repeat(20)}`
        return `('${id}', 'y${part}-${n}', '${customer.id}', ${now - 1_000}, ${now}, '${'ü'.repeat(256)}')`
      })
      await run(
        `INSERT INTO sessions (id, token_hash, account_id, created_at, last_seen_at, user_agent)
          VALUES ${rows.join(', ')}`,
      )
    }
    const answer = await customer.call('GET', '/sessions')
    expect(answer.status).toBe(200)
    expect(answer.json['sessions']).toHaveLength(1_000)
    expect(answer.body.length).toBeLessThan(1_000_000)
    await logIn(rig.url, customer.email, customer.password)
    expect((await customer.call('GET', '/sessions')).json['sessions']).toHaveLength(100)
  })

  it('that a log-in or a new password ends are in the audit of their account', async () => {
    const customer = await rig.registeredCustomer()
    const other = await rig.registeredCustomer()
    const before = await sessionEnds(customer.id)
    const { email, password } = other
    expect((await post({ email, password }, { Cookie: customer.cookie })).status).toBe(200)
    expect(await sessionEnds(customer.id)).toEqual([...before, 'customer'])
    expect(await sessionEnds(other.id)).toEqual([])
    expect((await whoAmI(customer.cookie)).status).toBe(401)

    await logIn(rig.url, email, password)
    const live = 3
    await rig.operator('PATCH', `/accounts/${other.id}`, { password: 'another good password' })
    expect(await sessionEnds(other.id)).toEqual(Array(live).fill('operator'))
  })

  it('are not ended by a log-in that fails', async () => {
    const { email, cookie } = await rig.registeredCustomer()
    expect((await post({ email, password: 'wrong' }, { Cookie: cookie })).status).toBe(401)
    expect((await whoAmI(cookie)).status).toBe(200)
  })

  async function sessionEnds(accountId: string): Promise<unknown[]> {
    const { rows } = await run(
      `SELECT actor FROM audit_events WHERE account_id = ? AND action = 'session.delete' ORDER BY id`,
      [accountId],
    )
    return rows.map(({ actor }) => actor)
  }
})

describe('DELETE /session', () => {
  it('ends the session on the server too', async () => {
    const { cookie } = await rig.registeredCustomer()
    const answer = await rig.send(SESSION, { method: 'DELETE', headers: { Cookie: cookie } })
    expect(answer.status).toBe(204)
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^portal_session=; Max-Age=0/)
    expect((await whoAmI(cookie)).status).toBe(401)
  })
})

describe('a new password', () => {
  it('ends all sessions of the account, and leaves its keys', async () => {
    const customer = await rig.registeredCustomer()
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
