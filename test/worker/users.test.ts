// The users of an account: who they are, what they may do, and that what is taken from them is gone at once, also
// for a request that is still arriving.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Customer, logIn, newCustomer, ownAddress } from '../../harness/customer.ts'
import type { HttpAnswer } from '../../harness/http.ts'
import { sendHeldOpen } from '../support/held-open.ts'
import { tryLogIn } from '../support/log-ins.ts'
import { type Rig, startRig } from '../support/rig.ts'
import { runSql } from '../support/sql.ts'

type Rows = Record<string, unknown>[]

let rig: Rig
let owner: Customer

beforeAll(async () => {
  rig = await startRig()
  owner = await rig.customer()
})
afterAll(() => rig.stop())

const ownerIdOf = (account: { readonly id: string }) => account.id.replace('acc_', 'usr_')
const edit = (id: string, change: object) => rig.operator('PATCH', `/users/${id}`, change)
const remove = (id: string) => rig.operator('DELETE', `/users/${id}`)

async function idOf(user: Customer): Promise<string> {
  const { json } = await user.call('GET', '/session')
  return String((json['user'] as Rows[number])['id'])
}

function expectRefusal(answer: HttpAnswer, status: number, code: string): void {
  expect(answer.json).toMatchObject({ status, code })
}

describe('the operator', () => {
  it('makes a user, who logs in and is named in the audit', async () => {
    const { email, password } = newCustomer()
    const input = { email, name: 'Grace', role: 'manager', password }
    const created = await rig.operator('POST', `/accounts/${owner.id}/users`, input)
    expect(created.status).toBe(201)
    const { id, ...user } = created.json
    expect(user).toEqual({
      email,
      name: 'Grace',
      role: 'manager',
      status: 'active',
      created_at: expect.any(String) as string,
      last_login_at: null,
      second_factor: false,
    })
    const cookie = await logIn(rig.url, email, password)
    const session = await rig.send('/admin/api/v1/session', { headers: { Cookie: cookie } })
    expect(session.json).toMatchObject({
      account: { id: owner.id, email: owner.email },
      user: { id, email, name: 'Grace', role: 'manager' },
      confirm_by: 'password',
    })
    const list = await rig.operator('GET', `/accounts/${owner.id}/users?limit=1`)
    const [newest] = list.json['users'] as Rows
    expect(newest).toMatchObject({ id, last_login_at: expect.any(String) as string })
    expect(list.json['next_cursor']).toBe(id)
    const rest = await rig.operator('GET', `/accounts/${owner.id}/users?cursor=${String(id)}`)
    expect((rest.json['users'] as Rows).map((each) => each['role'])).toContain('owner')

    const { json } = await owner.call('GET', '/audit?limit=2')
    const [loggedIn, made] = json['events'] as Rows
    expect(loggedIn).toMatchObject({ action: 'session.create', user: { id, email } })
    expect(made).toMatchObject({
      action: 'user.create',
      actor: 'operator',
      user: null,
      changes: { user_id: [null, id], email: [null, email], role: [null, 'manager'] },
    })
  })

  it('makes no second user of an e-mail, in whatever account and spelling', async () => {
    const other = await rig.customer()
    const user = await rig.user(owner.id, 'viewer')
    for (const email of [other.email, other.email.toUpperCase(), user.email, `${user.email}.`]) {
      const input = { ...newCustomer({ email }), role: 'viewer' }
      const { status: _, ...body } = input
      const answer = await rig.operator('POST', `/accounts/${owner.id}/users`, body)
      expectRefusal(answer, 409, 'email_taken')
      expectRefusal(
        await rig.operator('POST', '/accounts', newCustomer({ email })),
        409,
        'email_taken',
      )
    }
  })

  it('gives an account an external_id that no other has', async () => {
    const externalId = `billing-${Date.now()}`
    const account = { ...newCustomer(), external_id: externalId }
    const created = await rig.operator('POST', '/accounts', account)
    expect(created.json).toMatchObject({ external_id: externalId })
    const again = { ...newCustomer(), external_id: externalId }
    expectRefusal(await rig.operator('POST', '/accounts', again), 409, 'external_id_taken')
    const change = { external_id: externalId }
    const taken = await rig.operator('PATCH', `/accounts/${owner.id}`, change)
    expectRefusal(taken, 409, 'external_id_taken')
    const id = String(created.json['id'])
    const same = await rig.operator('PATCH', `/accounts/${id}`, change)
    expect([same.status, same.json['external_id']]).toEqual([200, externalId])
    const cleared = await rig.operator('PATCH', `/accounts/${id}`, { external_id: null })
    expect(cleared.json['external_id']).toBeNull()
    expect((await rig.operator('PATCH', `/accounts/${owner.id}`, change)).status).toBe(200)
  })

  it('sets no password that guessers try first', async () => {
    const user = await rig.user(owner.id, 'viewer')
    const id = await idOf(user)
    const fault = { pointer: '/password', code: 'too_common' }
    for (const password of ['administrator', user.email]) {
      const edited = await edit(id, { password })
      expect(edited.status).toBe(422)
      expect(edited.json).toMatchObject({ errors: [fault] })
    }
    const ofAccount = await rig.operator('PATCH', `/accounts/${owner.id}`, {
      password: owner.email,
    })
    expect(ofAccount.json).toMatchObject({ errors: [fault] })
  })

  it('leaves an account its last active owner', async () => {
    const account = await rig.customer()
    const id = ownerIdOf(account)
    for (const change of [{ role: 'manager' }, { role: 'viewer' }, { status: 'disabled' }]) {
      expectRefusal(await edit(id, change), 409, 'last_owner')
    }
    expectRefusal(await remove(id), 409, 'last_owner')
    expect((await account.call('GET', '/session')).status).toBe(200)
    await rig.user(account.id, 'manager')
    expectRefusal(await remove(id), 409, 'last_owner')
    const second = await rig.user(account.id, 'owner')
    const results = await Promise.all([remove(id), remove(await idOf(second))])
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set([204, 409]))
  })

  it('is told that a user is not there', async () => {
    const none = `usr_${'0'.repeat(32)}`
    for (const answer of [
      await edit(none, {}),
      await remove(none),
      await rig.operator('GET', `/accounts/acc_${'0'.repeat(32)}/users`),
    ]) {
      expectRefusal(answer, 404, 'not_found')
    }
  })
})

describe('the ways of an identity provider', () => {
  it('are not there where users are local', async () => {
    for (const [method, path] of [
      ['GET', '/admin/log-in'],
      ['GET', '/admin/log-in/callback?code=x&state=x'],
      ['GET', '/admin/confirm'],
      ['POST', '/admin/back-channel-logout'],
    ] as const) {
      const answer = await rig.send(path, { method })
      expectRefusal(answer, 404, 'not_found')
    }
  })
})

describe('what is taken from a user', () => {
  const takings: Readonly<Record<string, (id: string) => Promise<HttpAnswer>>> = {
    removal: remove,
    'a lower role': (id) => edit(id, { role: 'viewer' }),
    'the status disabled': (id) => edit(id, { status: 'disabled' }),
    'a new password': (id) => edit(id, { password: 'a wholly new password' }),
  }

  it.each(Object.entries(takings))('ends its sessions: %s', async (_, take) => {
    const user = await rig.user(owner.id, 'manager')
    const other = await rig.user(owner.id, 'manager')
    const answer = await take(await idOf(user))
    expect(answer.status, answer.text).toBeLessThan(300)
    expectRefusal(await user.call('GET', '/session'), 401, 'unauthenticated')
    expect((await other.call('GET', '/session')).status).toBe(200)
  })

  it.each(Object.entries(takings))(
    'holds for a request that is still arriving: %s',
    async (_, take) => {
      const { id: keyId } = await owner.createKey()
      for (const [method, path, body] of [
        ['POST', '/keys', { application_name: 'late', platform: 'web' }],
        ['PATCH', `/keys/${keyId}`, { application_name: 'late' }],
        ['POST', `/keys/${keyId}/reveal`, {}],
      ] as const) {
        const user = await rig.user(owner.id, 'manager')
        const { password } = user
        const whole = method === 'PATCH' ? body : { ...body, password }
        const id = await idOf(user)
        const answer = await sendHeldOpen(rig, user, method, path, whole, () => take(id))
        expect(answer.json, `${method} ${path}`).toMatchObject({ code: 'unauthenticated' })
        expect(answer.text).not.toContain('cpk_')
      }
      const { json } = await owner.call('GET', '/keys')
      expect(JSON.stringify(json)).not.toContain('late')
    },
  )

  it('holds in the batch of a change too, where only the row says so', async () => {
    const { id: keyId } = await owner.createKey()
    for (const change of ["role = 'viewer'", "status = 'disabled'"]) {
      const user = await rig.user(owner.id, 'manager')
      const id = await idOf(user)
      const lower = () => runSql(rig.libsqlUrl, `UPDATE users SET ${change} WHERE id = ?`, [id])
      const body = { application_name: 'late' }
      const answer = await sendHeldOpen(rig, user, 'PATCH', `/keys/${keyId}`, body, lower)
      expect(answer.json).toMatchObject({ code: 'unauthenticated' })
      expect((await owner.call('GET', `/keys/${keyId}`)).json['application_name']).toBe('Test')
    }
  })

  it('cannot be logged in to, and looks like a wrong password', async () => {
    const user = await rig.user(owner.id, 'owner')
    const id = await idOf(user)
    const attempt = () => tryLogIn(rig.url, user.email, user.password, ownAddress())
    await edit(id, { status: 'disabled' })
    const disabled = await attempt()
    expectRefusal(disabled, 401, 'login_failed')
    const wrong = await tryLogIn(rig.url, owner.email, 'wrong', ownAddress())
    expect({ ...disabled.json, request_id: '' }).toEqual({ ...wrong.json, request_id: '' })
    await edit(id, { status: 'active' })
    expect((await attempt()).status).toBe(200)
    expect((await remove(id)).status).toBe(204)
    expectRefusal(await attempt(), 401, 'login_failed')
  })
})

describe('a user', () => {
  it('keeps its session when its role rises', async () => {
    const user = await rig.user(owner.id, 'viewer')
    const { id: keyId } = await owner.createKey()
    const change = { application_name: 'Renamed' }
    expectRefusal(await user.call('PATCH', `/keys/${keyId}`, change), 403, 'role_insufficient')
    await edit(await idOf(user), { role: 'manager' })
    expect((await user.call('PATCH', `/keys/${keyId}`, change)).status).toBe(200)
    const { json } = await owner.call('GET', `/audit?key_id=${keyId}&limit=1`)
    expect(json['events']).toMatchObject([{ action: 'key.update', user: { email: user.email } }])
  })

  it('confirms with its own password, and no other', async () => {
    const user = await rig.user(owner.id, 'manager')
    const { id } = await owner.createKey()
    const reveal = (password: string) => user.call('POST', `/keys/${id}/reveal`, { password })
    expectRefusal(await reveal(owner.password), 403, 'password_incorrect')
    expect((await reveal(user.password)).status).toBe(200)
  })

  it('who is a viewer sees and ends its own sessions alone', async () => {
    const account = await rig.customer()
    const viewer = await rig.user(account.id, 'viewer')
    const all = (await account.call('GET', '/sessions')).json['sessions'] as Rows
    expect(new Set(all.map(({ user }) => (user as Rows[number])['email']))).toEqual(
      new Set([account.email, viewer.email]),
    )
    const own = (await viewer.call('GET', '/sessions')).json['sessions'] as Rows
    expect(own).toMatchObject([{ current: true, user: { email: viewer.email } }])
    const foreign = all.find(({ current }) => current === true)
    const path = `/sessions/${String(foreign?.['id'])}`
    expectRefusal(await viewer.call('DELETE', path), 404, 'not_found')
    expect((await account.call('GET', '/session')).status).toBe(200)
    expect((await account.call('DELETE', `/sessions/${String(own[0]?.['id'])}`)).status).toBe(204)
    expectRefusal(await viewer.call('GET', '/session'), 401, 'unauthenticated')
  })

  it('who is an owner sees the users of its account alone', async () => {
    const account = await rig.customer()
    const viewer = await rig.user(account.id, 'viewer')
    const { json } = await account.call('GET', '/users')
    const emails = (json['users'] as Rows).map(({ email }) => email)
    expect(new Set(emails)).toEqual(new Set([account.email, viewer.email]))
  })
})

describe('the e-mail and the password of an account', () => {
  it('are those of its oldest active owner', async () => {
    const account = await rig.customer()
    const second = await rig.user(account.id, 'owner')
    const emailOf = async () => {
      const { json } = await second.call('GET', '/session')
      return (json['account'] as Rows[number])['email']
    }
    expect(await emailOf()).toBe(account.email)
    await edit(ownerIdOf(account), { status: 'disabled' })
    expect(await emailOf()).toBe(second.email)
    const password = 'a wholly new password'
    await rig.operator('PATCH', `/accounts/${account.id}`, { password })
    const attempt = (email: string) => tryLogIn(rig.url, email, password, ownAddress())
    expect((await attempt(second.email)).status).toBe(200)
    await edit(ownerIdOf(account), { status: 'active' })
    expect((await attempt(account.email)).status).toBe(401)
  })
})
