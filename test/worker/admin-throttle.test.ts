import { createClient } from '@libsql/client/web'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logIn } from '../support/customer.ts'
import { type HttpAnswer, send } from '../support/http.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

const FREE = 10

function tryLogIn(email: string, password: string, address = '192.0.2.1'): Promise<HttpAnswer> {
  return send(`${rig.url}/admin/api/v1/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': address },
    body: JSON.stringify({ email, password }),
  })
}

/** The codes of attempts made one after the other. */
async function codesOf(count: number, attempt: () => Promise<HttpAnswer>): Promise<unknown[]> {
  const codes = []
  for (let i = 0; i < count; i++) codes.push((await attempt()).json['code'])
  return codes
}

function expectThrottled(answer: HttpAnswer): void {
  expect(answer.status).toBe(429)
  expect(answer.json).toMatchObject({ code: 'throttled' })
  const seconds = Number(answer.headers['retry-after'])
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(300)
}

/** Lets the waits of all counters run out, as time would. */
async function passTime(ms: number): Promise<void> {
  const client = createClient({ url: rig.libsqlUrl })
  await client.execute({ sql: 'UPDATE attempts SET next_at = next_at - ?', args: [ms] })
  client.close()
}

describe('failed log-ins', () => {
  it('have to wait, even with the right password; the wait grows, and ends', async () => {
    const { email, password } = await rig.customer()
    const wrong = () => tryLogIn(email, 'wrong')
    expect(await codesOf(FREE, wrong)).toEqual(Array(FREE).fill('login_failed'))
    const first = await tryLogIn(email, password)
    expectThrottled(first)
    await passTime(2_000)
    expect((await wrong()).json).toMatchObject({ code: 'login_failed' })
    const second = await wrong()
    expectThrottled(second)
    expect(Number(second.headers['retry-after'])).toBeGreaterThan(
      Number(first.headers['retry-after']),
    )

    await passTime(300_000)
    expect((await tryLogIn(email, password)).status).toBe(200)
    expect(await codesOf(FREE, wrong)).toEqual(Array(FREE).fill('login_failed'))
  })

  it('are counted for an unknown e-mail alike', async () => {
    const codes = await codesOf(FREE + 1, () => tryLogIn('nobody@example.com', 'wrong'))
    expect(codes).toEqual([...Array(FREE).fill('login_failed'), 'throttled'])
  })

  it('are counted without regard to the case of the e-mail, and by the /64 of IPv6', async () => {
    const { email } = await rig.customer()
    await codesOf(FREE, () => tryLogIn(email.toUpperCase(), 'wrong', '2001:db8::1'))
    expectThrottled(await tryLogIn(email, 'wrong', '2001:db8:0:0:ffff::2'))
    expect((await tryLogIn(email, 'wrong', '2001:db8:0:1::1')).status).toBe(401)
  })

  it('lock nobody out who comes from elsewhere', async () => {
    const { email, password } = await rig.customer()
    await codesOf(FREE + 2, () => tryLogIn(email, 'wrong', '203.0.113.66'))
    expect((await tryLogIn(email, password, '192.0.2.1')).status).toBe(200)
  })

  it('made all at once do not pass on one count', async () => {
    const { email } = await rig.customer()
    const answers = await Promise.all(Array.from({ length: 20 }, () => tryLogIn(email, 'wrong')))
    const hashed = answers.filter(({ status }) => status === 401)
    expect(hashed).toHaveLength(FREE)
    for (const answer of answers.filter(({ status }) => status !== 401)) expectThrottled(answer)
  })
})

describe('failed confirmations', () => {
  it('have to wait by session, on create and reveal together', async () => {
    const customer = await rig.customer()
    const { id } = await customer.createKey()
    const reveal = (password: string) => customer.call('POST', `/keys/${id}/reveal`, { password })
    const codes = await codesOf(FREE, () => reveal('wrong'))
    expect(codes).toEqual(Array(FREE).fill('password_incorrect'))
    const blocked = await reveal(customer.password)
    expectThrottled(blocked)
    expect(blocked.text).not.toContain('cpk_')
    const { password } = customer
    const input = { application_name: 'x', platform: 'web', password }
    expectThrottled(await customer.call('POST', '/keys', input))

    // A fault in the body comes first, and another session is not held back.
    expect((await customer.call('POST', '/keys', {})).status).toBe(422)
    const Cookie = await logIn(rig.url, customer.email, customer.password)
    const other = await customer.call('POST', `/keys/${id}/reveal`, { password }, { Cookie })
    expect(other.status).toBe(200)
  })

  it('are forgotten by a right one', async () => {
    const customer = await rig.customer()
    const { id } = await customer.createKey()
    const reveal = (password: string) => customer.call('POST', `/keys/${id}/reveal`, { password })
    for (let i = 0; i < 3; i++) {
      await codesOf(FREE - 1, () => reveal('wrong'))
      expect((await reveal(customer.password)).status).toBe(200)
    }
  })
})
