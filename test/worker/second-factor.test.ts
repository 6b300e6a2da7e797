// The second factor of a user: who is asked for a code, that each code counts once, also for two at once, and that
// nobody gets around it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Customer, jsonCall, ownAddress } from '../../harness/customer.ts'
import type { HttpAnswer } from '../../harness/http.ts'
import { toQrRows } from '../../src/admin/qr-code.ts'
import { codeOf, wrongCode } from '../support/authenticator.ts'
import { expectThrottled } from '../support/log-ins.ts'
import { type Rig, startRig } from '../support/rig.ts'
import { runSql } from '../support/sql.ts'

let rig: Rig
let strict: string

beforeAll(async () => {
  rig = await startRig()
  strict = await rig.another({ SECOND_FACTOR: 'required' })
})
afterAll(() => rig.stop())

interface Enrolled {
  readonly user: Customer
  readonly userId: string
  readonly secret: string
  readonly codes: readonly string[]
}

const PATH = '/second-factor'
const userIdOf = (user: Customer) => user.id.replace('acc_', 'usr_')
const sql = (text: string) => runSql(rig.libsqlUrl, text)

/** As if a while had passed: the codes of now were not used yet. */
const rewind = (userId: string) =>
  sql(`UPDATE second_factors SET last_step = 0 WHERE user_id = '${userId}'`)

async function enrol(user: Customer): Promise<Enrolled> {
  const { password } = user
  const started = await user.call('POST', PATH, { password })
  expect(started.status, started.text).toBe(201)
  const secret = String(started.json['secret'])
  const confirmed = await user.call('POST', `${PATH}/confirmation`, { code: codeOf(secret) })
  expect(confirmed.status, confirmed.text).toBe(200)
  const codes = confirmed.json['recovery_codes'] as string[]
  await rewind(userIdOf(user))
  return { user, userId: userIdOf(user), secret, codes }
}

function logIn(
  { email, password }: Pick<Customer, 'email' | 'password'>,
  code?: string,
  address = ownAddress(),
): Promise<HttpAnswer> {
  const body = { email, password, ...(code !== undefined && { code }) }
  return jsonCall(`${rig.url}/admin/api/v1/session`, 'POST', body, { 'CF-Connecting-IP': address })
}

function expectRefusal(answer: HttpAnswer, status: number, code: string): void {
  expect(answer.json).toMatchObject({ status, code })
}

async function actionsOf(user: Customer): Promise<string[]> {
  const { json } = await user.call('GET', '/audit')
  return (json['events'] as { action: string }[]).map(({ action }) => action)
}

describe('setting up', () => {
  it('needs the password and a code, and ends the other sessions of the user', async () => {
    const user = await rig.registeredCustomer()
    const { password } = user
    const other = await logIn(user)
    const cookie = other.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const call = () => rig.send('/admin/api/v1/session', { headers: { Cookie: cookie } })
    const none = { enabled_at: null, recovery_codes_left: 0, required: false, due: false }
    expect((await user.call('GET', PATH)).json).toEqual(none)

    expectRefusal(await user.call('POST', PATH, { password: 'x' }), 403, 'password_incorrect')
    const started = await user.call('POST', PATH, { password })
    const secret = String(started.json['secret'])
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(started.json['uri']).toMatch(/^otpauth:\/\/totp\/CommPeak:.*secret=[A-Z2-7]{32}&/)
    expect(started.json['qr_code']).toEqual(toQrRows(String(started.json['uri'])))
    expect((await user.call('GET', PATH)).json).toEqual(none)
    expect((await logIn(user)).status).toBe(200)

    const wrong = await user.call('POST', `${PATH}/confirmation`, { code: wrongCode(secret) })
    expectRefusal(wrong, 403, 'second_factor_incorrect')
    expect((await call()).status).toBe(200)
    const code = codeOf(secret)
    const confirmed = await user.call('POST', `${PATH}/confirmation`, { code })
    const codes = confirmed.json['recovery_codes'] as string[]
    expect(new Set(codes).size).toBe(10)
    expect((await call()).status).toBe(401)
    expect((await user.call('GET', PATH)).json).toMatchObject({
      enabled_at: expect.any(String) as string,
      recovery_codes_left: 10,
    })
    // The code of the confirmation is used up, too.
    expectRefusal(await logIn(user, code), 401, 'second_factor_failed')
    expectRefusal(await user.call('POST', PATH, { password }), 409, 'second_factor_enabled')
    const again = await user.call('POST', `${PATH}/confirmation`, { code })
    expectRefusal(again, 409, 'second_factor_enabled')
    expect(await actionsOf(user)).toEqual(
      expect.arrayContaining(['second_factor.enable', 'second_factor.failed', 'session.delete']),
    )
  })

  it('is over after 15 minutes, and begins anew', async () => {
    const user = await rig.customer()
    const { password } = user
    const { json } = await user.call('POST', PATH, { password })
    await sql(
      `UPDATE second_factors SET created_at = created_at - 900001 WHERE user_id = '${userIdOf(user)}'`,
    )
    const late = await user.call('POST', `${PATH}/confirmation`, {
      code: codeOf(String(json['secret'])),
    })
    expectRefusal(late, 404, 'not_found')
    await enrol(user)
  })

  it('leaves neither the secret nor a code in the database', async () => {
    const { secret, codes } = await enrol(await rig.customer())
    const tables = ['second_factors', 'recovery_codes', 'audit_events', 'event_deliveries']
    const rows = await Promise.all(tables.map((table) => sql(`SELECT * FROM ${table}`)))
    const stored = JSON.stringify(rows.map((each) => each.rows))
    for (const text of [secret, ...codes, ...codes.map((code) => code.replace('-', ''))]) {
      expect(stored).not.toContain(text)
      expect(rig.logs.join('\n')).not.toContain(text)
    }
  })
})

describe('a log-in of a user with a second factor', () => {
  let enrolled: Enrolled
  beforeAll(async () => {
    enrolled = await enrol(await rig.customer())
  })

  it('is asked for a code after the right password alone', async () => {
    const { user, secret } = enrolled
    const wrong = { email: user.email, password: 'a wrong password' }
    for (const code of [undefined, codeOf(secret)]) {
      const answer = await logIn(wrong, code)
      expectRefusal(answer, 401, 'login_failed')
    }
    const asked = await logIn(user)
    expectRefusal(asked, 401, 'second_factor_required')
    expect(asked.headers['www-authenticate']).toBe('Session realm="admin"')
    expect(asked.headers['set-cookie']).toBeUndefined()
    const code = codeOf(secret)
    const entered = await logIn(user, `${code.slice(0, 3)} ${code.slice(3)}`)
    expect(entered.status).toBe(200)
    expect(entered.headers['set-cookie']).toHaveLength(1)
  })

  it('takes codes of the half minute before and after, but none that is older than one in use', async () => {
    const { user, userId, secret } = enrolled
    await rewind(userId)
    expectRefusal(await logIn(user, codeOf(secret, -3)), 401, 'second_factor_failed')
    expect((await logIn(user, codeOf(secret))).status).toBe(200)
    expectRefusal(await logIn(user, codeOf(secret)), 401, 'second_factor_failed')
    expectRefusal(await logIn(user, codeOf(secret, -1)), 401, 'second_factor_failed')
    expect((await logIn(user, codeOf(secret, 1))).status).toBe(200)
  })

  it('takes a code once, also of several at the same moment', async () => {
    const { user, userId, secret, codes } = enrolled
    await rewind(userId)
    const recovery = codes[0]?.toUpperCase() ?? ''
    for (const code of [codeOf(secret), recovery]) {
      const answers = await Promise.all(Array.from({ length: 3 }, () => logIn(user, code)))
      const entered = answers.filter(({ status }) => status === 200)
      expect([entered.length, answers.filter(({ status }) => status === 401).length]).toEqual([
        1, 2,
      ])
    }
    expect((await user.call('GET', PATH)).json).toMatchObject({ recovery_codes_left: 9 })
    expect(await actionsOf(user)).toContain('second_factor.recover')
  })

  it("takes no other user's code", async () => {
    const other = await enrol(await rig.customer())
    const { user } = enrolled
    expectRefusal(await logIn(user, codeOf(other.secret)), 401, 'second_factor_failed')
    expectRefusal(await logIn(user, other.codes[0]), 401, 'second_factor_failed')
  })
})

describe('wrong codes', () => {
  /** As if those who must wait had tried far more often. */
  const lengthenWaits = () => sql('UPDATE attempts SET next_at = next_at + 60000 WHERE next_at > 0')

  it('are throttled before they are looked at, also many at once, in whatever call', async () => {
    const { user, secret, codes } = await enrol(await rig.customer())
    const { password } = user
    const address = ownAddress()
    const remove = (code: string) => {
      const headers = { 'CF-Connecting-IP': address }
      return user.call('POST', `${PATH}/removal`, { password, code }, headers)
    }
    const wrong = wrongCode(secret)
    const answers = await Promise.all(Array.from({ length: 14 }, () => remove(wrong)))
    const tried = answers.filter(({ json }) => json['code'] === 'second_factor_incorrect')
    expect(tried.length).toBeLessThanOrEqual(11)
    await lengthenWaits()
    expectThrottled(await remove(codeOf(secret)))
    // The right password alone resets nothing.
    expectRefusal(await logIn(user, undefined, address), 401, 'second_factor_required')
    for (const code of [codeOf(secret), codes[0]]) {
      expectThrottled(await logIn(user, code, address))
    }
    expect((await user.call('GET', PATH)).json).toMatchObject({ recovery_codes_left: 10 })
  })

  it('from many networks are counted together, and do not hold a network of the user', async () => {
    const { user, secret } = await enrol(await rig.customer())
    const home = ownAddress()
    expect((await logIn(user, codeOf(secret), home)).status).toBe(200)
    await rewind(userIdOf(user))
    expectRefusal(await logIn(user, wrongCode(secret)), 401, 'second_factor_failed')
    await sql('UPDATE attempts SET count = 19 WHERE count = 1')
    expectRefusal(await logIn(user, wrongCode(secret)), 401, 'second_factor_failed')
    await lengthenWaits()
    expectThrottled(await logIn(user, codeOf(secret)))
    expect((await logIn(user, codeOf(secret), home)).status).toBe(200)
  })
})

describe('a second factor', () => {
  it('is removed by its user, with password and code, and is asked for no more', async () => {
    const { user, secret, codes } = await enrol(await rig.customer())
    const { password } = user
    const remove = (body: object) => user.call('POST', `${PATH}/removal`, body)
    const right = { password, code: codeOf(secret) }
    expectRefusal(await remove({ ...right, password: 'x' }), 403, 'password_incorrect')
    const wrong = await remove({ ...right, code: wrongCode(secret) })
    expectRefusal(wrong, 403, 'second_factor_incorrect')
    expectRefusal(await logIn(user), 401, 'second_factor_required')
    expect((await remove(right)).status).toBe(204)
    expectRefusal(await remove(right), 404, 'not_found')
    expect((await logIn(user)).status).toBe(200)
    // A new one has nothing of the old one.
    await enrol(user)
    expectRefusal(await logIn(user, codes[0]), 401, 'second_factor_failed')
  })

  it('gets new recovery codes, and the former ones are dead', async () => {
    const { user, secret, codes } = await enrol(await rig.customer())
    const body = { password: user.password, code: codeOf(secret) }
    const renewed = await user.call('POST', `${PATH}/recovery-codes`, body)
    expect(renewed.status).toBe(201)
    expectRefusal(await logIn(user, codes[0]), 401, 'second_factor_failed')
    const [first = ''] = renewed.json['recovery_codes'] as string[]
    expect((await logIn(user, first)).status).toBe(200)
  })

  it('is removed by the operator, which ends the sessions of the user', async () => {
    const { user, userId } = await enrol(await rig.customer())
    const renamed = await rig.operator('PATCH', `/users/${userId}`, { name: 'Renamed' })
    expect(renamed.json).toMatchObject({ name: 'Renamed', second_factor: true })
    const removed = await rig.operator('PATCH', `/users/${userId}`, { second_factor: false })
    expect([removed.status, removed.json['second_factor']]).toEqual([200, false])
    expectRefusal(await user.call('GET', '/session'), 401, 'unauthenticated')
    expect((await logIn(user)).status).toBe(200)
    const { json } = await rig.operator('GET', `/audit?account_id=${user.id}`)
    expect(json['events']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: 'second_factor.disable', actor: 'operator' }),
      ]),
    )
    const wrong = await rig.operator('PATCH', `/users/${userId}`, { second_factor: true })
    expect(wrong.json).toMatchObject({ errors: [{ pointer: '/second_factor' }] })
  })

  it('is seen by owners and the operator, once it is confirmed', async () => {
    const { user, userId } = await enrol(await rig.customer())
    const other = await rig.user(user.id, 'viewer')
    await other.call('POST', PATH, { password: other.password }) // begun, and not confirmed
    const lists = [
      await user.call('GET', '/users'),
      await rig.operator('GET', `/accounts/${user.id}/users`),
    ]
    for (const { json } of lists) {
      const users = json['users'] as { id: string; second_factor: boolean }[]
      const having = users.filter((each) => each.second_factor).map(({ id }) => id)
      expect([users.length, having]).toEqual([2, [userId]])
    }
  })

  it('goes with its user', async () => {
    const { user, userId } = await enrol(await rig.customer())
    const second = await rig.user(user.id, 'owner')
    expect((await rig.operator('DELETE', `/users/${userId}`)).status).toBe(204)
    expect((await second.call('GET', PATH)).json).toMatchObject({ enabled_at: null })
    const { rows } = await sql(`SELECT 1 FROM recovery_codes WHERE user_id = '${userId}'
      UNION ALL SELECT 1 FROM second_factors WHERE user_id = '${userId}'`)
    expect(rows).toHaveLength(0)
  })
})

describe('SECOND_FACTOR=required', () => {
  it('lets a user without one log in, set it up and log out, and nothing else', async () => {
    const user = await rig.customer()
    const { id } = await user.createKey()
    const { password } = user
    const call = (method: string, path: string, body?: object) =>
      jsonCall(`${strict}/admin/api/v1${path}`, method, body, { Cookie: user.cookie })
    for (const [method, path] of [
      ['GET', '/keys'],
      ['POST', '/keys'],
      ['GET', '/audit'],
      ['GET', '/users'],
      ['GET', '/sessions'],
      ['DELETE', `/keys/${id}`],
      ['POST', `/keys/${id}/reveal`],
      ['POST', `${PATH}/removal`],
    ] as const) {
      const answer = await call(method, path, method === 'POST' ? { password } : undefined)
      expectRefusal(answer, 403, 'second_factor_enrolment_required')
    }
    expectRefusal(await call('GET', '/nothing'), 404, 'not_found')
    expect((await call('GET', '/session')).json).toMatchObject({ second_factor: 'due' })
    expect((await user.call('GET', '/session')).json).not.toHaveProperty('second_factor')
    expect((await call('GET', PATH)).json).toMatchObject({ required: true, due: true })
    const { json } = await call('POST', PATH, { password })
    const secret = String(json['secret'])
    const confirmed = await call('POST', `${PATH}/confirmation`, { code: codeOf(secret) })
    expect(confirmed.status).toBe(200)
    expect((await call('GET', '/keys')).status).toBe(200)
    expect((await call('GET', '/session')).json).not.toHaveProperty('second_factor')
  })
})
