// How often may be tried, whatever is tried: asked before anything is hashed.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { logIn, ownAddress } from '../../harness/customer.ts'
import { send } from '../../harness/http.ts'
import { codesOf, expectThrottled, tryLogIn as logInFrom, weakHash } from '../support/log-ins.ts'
import { type Rig, startRig } from '../support/rig.ts'
import { runSql } from '../support/sql.ts'

let rig: Rig
/** Of each test its own, since all log-ins of one address together have a rate. */
let home: string

beforeAll(async () => {
  rig = await startRig({ simulatedStores: true })
})
beforeEach(() => {
  home = ownAddress()
})
afterAll(() => rig.stop())

function tryLogIn(email: string, password: string, address = home) {
  return logInFrom(rig.url, email, password, address)
}

function run(sql: string, args?: (string | number)[]) {
  return runSql(rig.libsqlUrl, sql, args)
}

describe('the rate of log-ins', () => {
  const unknown = (address: string) => tryLogIn(`${Math.random()}@nobody.test`, 'x', address)

  it('is 20 a minute for one address, whatever the e-mails are, and none for others', async () => {
    const codes = await codesOf(22, () => unknown(home))
    expect(codes).toEqual([...Array(20).fill('login_failed'), ...Array(2).fill('throttled')])
    const refused = await unknown(home)
    const seconds = Number(refused.headers['retry-after'])
    expect(seconds).toBeGreaterThan(30)
    expect(seconds).toBeLessThanOrEqual(60)
    const { email, password } = await rig.customer()
    expectThrottled(await tryLogIn(email, password))
    expect((await tryLogIn(email, password, ownAddress())).status).toBe(200)
  })

  it('is exact for what is asked at once, and counts a /64 of IPv6 as one', async () => {
    const asked = Array.from({ length: 40 }, (_, n) => unknown(`2001:db8:90::${n.toString(16)}`))
    const answers = await Promise.all(asked)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(20)
    for (const answer of answers.filter(({ status }) => status !== 401)) expectThrottled(answer)
    expect((await unknown('2001:db8:90:1::1')).status).toBe(401)
  })

  it('is asked before libSQL is', async () => {
    await codesOf(20, () => unknown(home))
    const before = await run('SELECT count(*) AS n FROM attempts')
    expectThrottled(await unknown(home))
    expect((await run('SELECT count(*) AS n FROM attempts')).rows).toEqual(before.rows)
    rig.libsql.set('closed')
    try {
      expectThrottled(await unknown(home))
    } finally {
      rig.libsql.set('open')
    }
  })

  it('is braked first by the binding, whose failure stops nobody', async () => {
    const { email, password } = await rig.customer()
    await rig.stores({ logInRate: 'shut' })
    expectThrottled(await tryLogIn(email, password))
    await rig.stores({ logInRate: 'broken' })
    expect((await tryLogIn(email, password)).status).toBe(200)
    await rig.stores({ logInRate: 'open' })
    expect((await tryLogIn(email, password)).status).toBe(200)
  })
})

describe('a log-in while libSQL is down', () => {
  it('gives its place before the hasher up', async () => {
    rig.libsql.set('closed')
    try {
      // More than there are places: of a network each, which has a hasher with all others of its /48.
      for (let part = 0; part < 5; part++) {
        const answers = await Promise.all(
          Array.from({ length: 12 }, (_, n) =>
            tryLogIn('nobody@example.com', 'x', `2001:db8:91:${part * 12 + n}::1`),
          ),
        )
        expect(new Set(answers.map(({ json }) => json['code']))).toEqual(
          new Set(['storage_unavailable']),
        )
      }
    } finally {
      rig.libsql.set('open')
    }
  })
})

describe('the rate of confirmations', () => {
  it('is 120 a minute for one account, over all its sessions', async () => {
    const { id: accountId, createKey, email, password, call } = await rig.customer()
    const { id } = await createKey()
    const Cookie = await logIn(rig.url, email, password)
    // A weak hash: what is looked at is the count.
    await run('UPDATE accounts SET password_hash = ? WHERE id = ?', [weakHash(password), accountId])
    const statuses: number[] = []
    for (let n = 0; n < 120; n++) {
      const headers: Record<string, string> = n % 2 === 0 ? {} : { Cookie }
      statuses.push((await call('POST', `/keys/${id}/reveal`, { password }, headers)).status)
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(119) // and one that made the key
    const refused = await call('POST', `/keys/${id}/reveal`, { password })
    expectThrottled(refused)
    expect(refused.text).not.toContain('cpk_')
    const other = await rig.customer()
    await other.createKey()
  }, 60_000)
})

describe('a hasher that cannot be asked', () => {
  it('is an outage, and never a wrong password', async () => {
    const broken = await rig.another(
      {},
      {
        PASSWORD_HASHER: { type: 'worker', worker: 'store-sim', exportName: 'BrokenHasher' },
      },
    )
    const { email, password, cookie, createKey } = await rig.customer()
    const { id } = await createKey()
    const json = { 'Content-Type': 'application/json' }
    const post = (path: string, body: unknown, headers: Record<string, string>) =>
      send(`${broken}/admin/api/v1${path}`, {
        method: 'POST',
        headers: { ...json, ...headers },
        body: JSON.stringify(body),
      })
    const Authorization = `Bearer ${rig.secrets.OPERATOR_TOKEN}`
    const account = { email: 'late@example.com', name: 'Late', password }
    for (const answer of [
      await post('/session', { email, password }, {}),
      await post('/session', { email: 'nobody@example.com', password }, {}),
      await post(`/keys/${id}/reveal`, { password }, { Cookie: cookie }),
      await post('/operator/accounts', account, { Authorization }),
    ]) {
      expect(answer.status).toBe(503)
      expect(answer.json).toMatchObject({ code: 'storage_unavailable' })
      expect(answer.headers['retry-after']).toBeDefined()
    }
    expect(rig.logs.filter((line) => line.includes('"fault":"hasher"'))).not.toHaveLength(0)
  })
})
