import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { logIn, ownAddress } from '../../harness/customer.ts'
import { codesOf, expectThrottled, tryLogIn as logInFrom } from '../support/log-ins.ts'
import { type Rig, startRig } from '../support/rig.ts'
import { runSql } from '../support/sql.ts'

let rig: Rig
/** Of each test its own, since all log-ins of one address together have a rate. */
let home: string

beforeAll(async () => {
  rig = await startRig()
})
beforeEach(() => {
  home = ownAddress()
})
afterAll(() => rig.stop())

const FREE = 10

function tryLogIn(email: string, password: string, address = home) {
  return logInFrom(rig.url, email, password, address)
}

function run(sql: string, args?: (string | number)[]) {
  return runSql(rig.libsqlUrl, sql, args)
}

/** Lets the waits of all counters run out, as time would. */
async function passTime(ms: number): Promise<void> {
  await run('UPDATE attempts SET next_at = next_at - ?', [ms])
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
    expect(await codesOf(3, wrong)).toEqual(Array(3).fill('login_failed'))
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
    expect((await tryLogIn(email, password)).status).toBe(200)
  })

  it('made all at once do not pass on one count', async () => {
    const { email } = await rig.customer()
    const answers = await Promise.all(Array.from({ length: 20 }, () => tryLogIn(email, 'wrong')))
    const hashed = answers.filter(({ status }) => status === 401)
    expect(hashed).toHaveLength(FREE)
    for (const answer of answers.filter(({ status }) => status !== 401)) expectThrottled(answer)
  })
})

describe('guesses at one e-mail from many networks', () => {
  /** The codes of guesses, one after the other, from each of these. */
  async function guess(email: string, addresses: readonly string[]): Promise<unknown[]> {
    const codes = []
    for (const address of addresses) {
      codes.push((await tryLogIn(email, 'wrong', address)).json['code'])
    }
    return codes
  }
  const many = (count: number, address: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => address(n))

  it('have 15 free in a /56 of IPv6, and another /56 is not held back', async () => {
    const { email } = await rig.customer()
    const site = (n: number) => `2001:db8:77:${n.toString(16)}::1`
    const codes = await guess(email, many(16, site))
    expect(codes).toEqual([...Array(15).fill('login_failed'), 'throttled'])
    expectThrottled(await tryLogIn(email, 'wrong', site(99)))
    expect((await tryLogIn(email, 'wrong', '2001:db8:77:1200::1')).status).toBe(401)
    const other = await rig.customer()
    expect((await tryLogIn(other.email, other.password, site(99))).status).toBe(200)
  })

  it('have 25 free in a /48 of IPv6', async () => {
    const { email } = await rig.customer()
    const codes = await guess(
      email,
      many(26, (n) => `2001:db8:78:${((n + 1) << 8).toString(16)}::1`),
    )
    expect(codes).toEqual([...Array(25).fill('login_failed'), 'throttled'])
    expect((await tryLogIn(email, 'wrong', '2001:db8:79::1')).status).toBe(401)
  })

  it('have 100 free in a /24 of IPv4, and 300 from everywhere, by the hour', async () => {
    const { email } = await rig.customer()
    await run('DELETE FROM attempts')
    await tryLogIn(email, 'wrong', '203.0.113.1')
    await setCounts(99)
    await tryLogIn(email, 'wrong', '203.0.113.2')
    expectThrottled(await tryLogIn(email, 'wrong', '203.0.113.3'))
    expect((await tryLogIn(email, 'wrong', '203.0.114.3')).status).toBe(401)

    await setCounts(299)
    expect((await tryLogIn(email, 'wrong', '198.51.100.1')).status).toBe(401)
    expectThrottled(await tryLogIn(email, 'wrong', '2001:db8:80::1'))
    const other = await rig.customer()
    expect((await tryLogIn(other.email, other.password, '198.51.100.1')).status).toBe(200)
  })

  it('hold up no network that logged in to it within 30 days', async () => {
    const { email, password } = await rig.customer()
    const office = '2001:db8:81:1::5'
    expect((await tryLogIn(email, password, office)).status).toBe(200)
    const codes = await guess(
      email,
      many(16, (n) => `2001:db8:81:${(n + 2).toString(16)}::1`),
    )
    expect(codes.at(-1)).toBe('throttled')
    expectThrottled(await tryLogIn(email, password, '2001:db8:81:ff::1'))
    expect((await tryLogIn(email, password, '2001:db8:81:1::6')).status).toBe(200)
    await codesOf(FREE, () => tryLogIn(email, 'wrong', office))
    expectThrottled(await tryLogIn(email, password, office))

    await passTime(300_000)
    await run('DELETE FROM attempts WHERE count <= 11') // the pairs
    await run('UPDATE log_in_networks SET last_at = last_at - ?', [30 * 86_400_000])
    await run('UPDATE attempts SET next_at = ?', [Date.now() + 60_000])
    expectThrottled(await tryLogIn(email, password, office))
    await rig.worker.runCron()
    const left = await run('SELECT count(*) AS n FROM log_in_networks WHERE last_at < ?', [
      Date.now() - 29 * 86_400_000,
    ])
    expect(left.rows[0]?.['n']).toBe(0)
  })

  it('are not counted where the password was right', async () => {
    const { email, password } = await rig.customer()
    const addresses = many(20, (n) => `2001:db8:82:${n.toString(16)}::1`)
    for (const address of addresses) {
      expect((await tryLogIn(email, password, address)).status).toBe(200)
    }
    expect((await tryLogIn(email, 'wrong', '2001:db8:82:fe::1')).status).toBe(401)
  })

  it('made all at once do not pass on one count', async () => {
    const { email } = await rig.customer()
    const answers = await Promise.all(
      many(24, (n) => `2001:db8:83:${n.toString(16)}::1`).map((at) => tryLogIn(email, 'x', at)),
    )
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(15)
    for (const answer of answers.filter(({ status }) => status !== 401)) expectThrottled(answer)
  })

  it('leave neither e-mail nor address in the database, and 100 networks of a user', async () => {
    const { id, email, password } = await rig.customer()
    const rows = Array.from({ length: 150 }, (_, n) => `('n${n}', '${id}', ${n})`)
    await run(
      `INSERT INTO log_in_networks (network, account_id, last_at) VALUES ${rows.join(', ')}`,
    )
    expect((await tryLogIn(email, password)).status).toBe(200)
    const known = await run('SELECT * FROM log_in_networks WHERE account_id = ?', [id])
    expect(known.rows).toHaveLength(100)
    const attempts = await run('SELECT bucket FROM attempts')
    const text = JSON.stringify([known.rows, attempts.rows])
    for (const secret of [email, home]) expect(text).not.toContain(secret)
  })

  /** As if so many guesses had been counted where one was, and the wait were over. */
  async function setCounts(count: number): Promise<void> {
    await run('UPDATE attempts SET count = ?, next_at = 0', [count])
  }
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
