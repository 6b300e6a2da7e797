import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { operatorCall, ownAddress } from '../../harness/customer.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())
beforeEach(() => rig.upstream.reset())

const PASSWORD = 'a password of size'

describe('POST /operator/accounts', () => {
  it('creates an account, pending unless told otherwise', async () => {
    const email = 'New.Customer@example.com'
    const answer = await rig.operator('POST', '/accounts', {
      email,
      name: 'New',
      password: PASSWORD,
    })
    expect(answer.status).toBe(201)
    expect(answer.json).toMatchObject({ email, name: 'New', status: 'pending' })
    expect(answer.json['id']).toMatch(/^acc_/)
    expect(answer.text).not.toContain('scrypt')
  })

  it('refuses an e-mail that is taken, in any case', async () => {
    await rig.registeredCustomer({ email: 'taken@example.com' })
    const account = { email: 'TAKEN@example.com', name: 'x', password: PASSWORD }
    const answer = await rig.operator('POST', '/accounts', account)
    expect(answer.status).toBe(409)
    expect(answer.json).toMatchObject({ code: 'email_taken' })
  })

  it.each([
    [{ password: 'x'.repeat(11) }, '/password'],
    [{ password: 'x'.repeat(257) }, '/password'],
    [{ password: 'Password2026!' }, '/password'],
    [{ password: 'ok@example.com' }, '/password'],
    [{ email: 'no-at-sign' }, '/email'],
    [{ email: `${'x'.repeat(250)}@a.example` }, '/email'],
    [{ name: '' }, '/name'],
    [{ status: 'closed' }, '/status'],
    [{ id: 'acc_1' }, '/id'],
  ])('refuses %j', async (wrong, pointer) => {
    const account = { email: 'ok@example.com', name: 'x', password: PASSWORD, ...wrong }
    const answer = await rig.operator('POST', '/accounts', account)
    expect(answer.status).toBe(422)
    const faults = answer.json['errors'] as { pointer: string }[]
    expect(faults.map((fault) => fault.pointer)).toEqual([pointer])
    expect(answer.text).not.toContain(account.password)
  })

  it('takes passwords of 12 to 256 characters as they are', async () => {
    for (const password of ['pässwörd 123', '😀'.repeat(256), '  spaces count  ']) {
      const { email } = await rig.registeredCustomer({ password })
      const trimmed = { email, password: [...password.trim()].slice(0, -1).join('') }
      const wrong = await rig.send('/admin/api/v1/session', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': ownAddress() },
        body: JSON.stringify(trimmed),
      })
      expect(wrong.status).toBe(401)
    }
  })
})

describe('GET /operator/accounts', () => {
  it('lists newest first, in pages', async () => {
    const { id } = await rig.customer()
    const first = await rig.operator('GET', '/accounts?limit=1')
    const [newest] = first.json['accounts'] as { id: string }[]
    expect(newest?.id).toBe(id)
    expect(first.text).not.toContain('scrypt')
    const cursor = String(first.json['next_cursor'])
    const second = await rig.operator('GET', `/accounts?limit=1&cursor=${cursor}`)
    expect(second.json['accounts']).not.toEqual(first.json['accounts'])
  })
})

describe('PATCH /operator/accounts/{id}', () => {
  it('stops all keys of a suspended account, and brings them back', async () => {
    const customer = await rig.customer()
    const keys = [
      await customer.createKey(),
      await customer.createKey(),
      await customer.createKey(),
    ]
    // A GET may reach the upstream while its copy in KV is from before.
    const use = (token: string) =>
      rig.send('/x', { method: 'POST', headers: { 'X-API-Key': token } })

    const suspended = await rig.operator('PATCH', `/accounts/${customer.id}`, {
      status: 'suspended',
    })
    expect(suspended.status).toBe(200)
    expect(suspended.json).toMatchObject({
      status: 'suspended',
      enforcement: { effective_at: expect.any(String) as string },
    })
    for (const { token } of keys) {
      expect((await use(token)).json).toMatchObject({ code: 'account_inactive' })
    }
    expect(rig.upstream.received).toHaveLength(0)

    await rig.operator('PATCH', `/accounts/${customer.id}`, { status: 'active' })
    for (const { token } of keys) expect((await use(token)).status).toBe(200)
  })

  it('leaves versions and times of the keys as their owner knows them', async () => {
    const customer = await rig.customer()
    const { id } = await customer.createKey()
    const before = await customer.call('GET', `/keys/${id}`)
    await rig.operator('PATCH', `/accounts/${customer.id}`, { status: 'suspended' })
    expect((await customer.call('GET', `/keys/${id}`)).json).toEqual(before.json)
  })

  it('changes the name alone', async () => {
    const { id, cookie } = await rig.customer()
    const answer = await rig.operator('PATCH', `/accounts/${id}`, { name: 'Renamed' })
    expect(answer.json).toMatchObject({ name: 'Renamed', status: 'active' })
    const session = await rig.send('/admin/api/v1/session', { headers: { Cookie: cookie } })
    expect(session.json).toMatchObject({ account: { name: 'Renamed' } })
  })

  it('is 404 for an account that is not there', async () => {
    const answer = await rig.operator('PATCH', '/accounts/acc_0', { name: 'x' })
    expect(answer.status).toBe(404)
  })
})

describe('an account that is not active', () => {
  it.each([
    ['pending', 'account_pending'],
    ['suspended', 'account_suspended'],
  ] as const)('may look and delete, and nothing else: %s', async (status, code) => {
    const customer = await rig.customer()
    const { id } = await customer.createKey()
    const { password } = customer
    await rig.operator('PATCH', `/accounts/${customer.id}`, { status })

    // The body is wrong too: the account is judged first.
    for (const [method, path] of [
      ['POST', '/keys'],
      ['PATCH', `/keys/${id}`],
      ['POST', `/keys/${id}/reveal`],
    ] as const) {
      const answer = await customer.call(method, path, { password, nonsense: 1 })
      expect(answer.status).toBe(403)
      expect(answer.json).toMatchObject({ code })
    }
    expect((await customer.call('GET', '/keys')).status).toBe(200)
    expect((await customer.call('GET', `/keys/${id}`)).status).toBe(200)
    expect((await customer.call('DELETE', `/keys/${id}`)).status).toBe(200)
  })
})

describe('the operator token', () => {
  it.each([
    ['nothing', {}],
    ['a wrong one', { Authorization: 'Bearer wrong' }],
    ['another scheme', { Authorization: 'Token OPERATOR' }],
    ['a cookie', { Cookie: 'portal_session=x' }],
  ])('is needed: %s is 401', async (_, headers) => {
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        value.replace('OPERATOR', rig.secrets.OPERATOR_TOKEN),
      ]),
    )
    const answer = await rig.send('/admin/api/v1/operator/accounts', { headers: filled })
    expect(answer.status).toBe(401)
    expect(answer.json).toMatchObject({ code: 'unauthenticated' })
    expect(answer.headers['www-authenticate']).toContain('Bearer')
  })

  it('left out of a deployment makes all of it 404', async () => {
    const without = await startRig({ without: ['OPERATOR_TOKEN'] })
    try {
      for (const [method, path] of [
        ['GET', '/accounts'],
        ['POST', '/accounts'],
        ['DELETE', '/accounts'],
        ['PATCH', '/accounts/acc_1'],
      ] as const) {
        const answer = await without.operator(method, path, {})
        expect(answer.status).toBe(404)
        expect(answer.json).toMatchObject({ code: 'not_found' })
      }
    } finally {
      await without.stop()
    }
  })
})

describe('the name of an operator', () => {
  it('stands in the audit, whichever form of the token was sent', async () => {
    const OPERATOR_TOKEN = 'alice:token-of-alice, deploy:token-of-deploy ,token-of-nobody'
    const url = await rig.another({ OPERATOR_TOKEN })
    const { id } = await rig.registeredCustomer()
    const call = (token: string, method: string, path: string, body?: object) =>
      operatorCall(url, token, method, path, body)
    const rename = (token: string, name: string) =>
      call(token, 'PATCH', `/accounts/${id}`, { name })
    for (const [token, name] of [
      ['token-of-alice', 'a'],
      ['deploy:token-of-deploy', 'b'],
      ['token-of-nobody', 'c'],
    ] as const) {
      expect((await rename(token, name)).status).toBe(200)
    }
    for (const wrong of ['alice', 'alice:', 'deploy:token-of-alice', 'operator:', OPERATOR_TOKEN]) {
      expect((await rename(wrong, 'd')).status).toBe(401)
    }
    const audit = await call('token-of-alice', 'GET', `/audit?account_id=${id}`)
    const events = audit.json['events'] as { actor: string; operator: string; action: string }[]
    expect(events.map(({ action, operator }) => `${action} ${operator}`)).toEqual([
      'account.update operator',
      'account.update deploy',
      'account.update alice',
      'session.create null',
      'account.create operator',
    ])
    expect(audit.text).not.toContain('token-of')
  })
})
