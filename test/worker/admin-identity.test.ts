// Who somebody is: spellings of an e-mail, forms of a password, and accounts that were made before either
// was compared in one form.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownAddress } from '../../harness/customer.ts'
import type { HttpAnswer } from '../../harness/http.ts'
import { tryLogIn, weakHash } from '../support/log-ins.ts'
import { type Rig, startRig } from '../support/rig.ts'
import { runSql } from '../support/sql.ts'

const PASSWORD = 'pass\u00e9 word 123'
const DECOMPOSED = 'passe\u0301 word 123'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

function logIn(email: string, password = PASSWORD): Promise<HttpAnswer> {
  return tryLogIn(rig.url, email, password, ownAddress())
}

function create(email: string): Promise<HttpAnswer> {
  return rig.operator('POST', '/accounts', { email, name: 'Test', password: PASSWORD })
}

function run(sql: string, args?: (string | number)[]) {
  return runSql(rig.libsqlUrl, sql, args)
}

/** An account as the version before made it, with a hash that costs nothing. */
async function insertOld(id: string, email: string, password = PASSWORD): Promise<void> {
  await run(
    `INSERT INTO accounts
      (id, email, email_key, name, status, password_hash, version, created_at, updated_at)
      VALUES (?, ?, ?, 'Old', 'active', ?, 1, 0, 0)`,
    [id, email, email.toLowerCase(), weakHash(password)],
  )
}

describe('an e-mail', () => {
  it('is one account in each of its spellings, and is shown as it was given', async () => {
    const email = 'Info@B\u00fccher.example'
    const { id } = await rig.registeredCustomer({ email, password: PASSWORD })
    for (const spelling of [
      'info@b\u00fccher.example',
      'info@xn--bcher-kva.example',
      'INFO@XN--BCHER-KVA.EXAMPLE',
      'info@bu\u0308cher.example.',
      'info@b\u00fccher\u3002example',
      ' info@b\uff55\u0308cher\uff0eexample ',
    ]) {
      const answer = await logIn(spelling)
      expect(answer.json, spelling).toMatchObject({ account: { id, email } })
      const taken = await create(spelling)
      expect(taken.status, spelling).toBe(409)
      expect(taken.json).toMatchObject({ code: 'email_taken' })
    }
    expect((await logIn('info@bucher.example')).status).toBe(401)
  })

  it('has its local part compared in NFC', async () => {
    const { id } = await rig.registeredCustomer({
      email: 'ren\u00e9@example.com',
      password: PASSWORD,
    })
    expect((await logIn('RENE\u0301@example.com')).json).toMatchObject({ account: { id } })
    expect((await create('rene\u0301@example.com')).status).toBe(409)
  })

  it('has one counter of guesses in all its spellings', async () => {
    const address = ownAddress()
    const spellings = ['x@b\u00fccher.example', 'X@xn--bcher-kva.example.']
    const statuses: number[] = []
    for (let n = 0; n < 11; n++) {
      const answer = await tryLogIn(rig.url, spellings[n % 2] ?? '', 'wrong', address)
      statuses.push(answer.status)
    }
    expect(statuses).toEqual([...Array(10).fill(401), 429])
  })

  it.each([
    'ja\u202ene@example.com',
    'jane\u200b@example.com',
    '"jane"@example.com',
    'jane\uff20b.c',
  ])('cannot be %j', async (email) => {
    const answer = await create(email)
    expect(answer.status).toBe(422)
    expect(answer.json['errors']).toMatchObject([{ pointer: '/email', code: 'email_invalid' }])
  })
})

describe('accounts of the version before', () => {
  it('are found as before at once, and in each spelling once they were looked at', async () => {
    await insertOld('acc_old1', 'Old@m\u00fcller.example')
    expect((await logIn('old@m\u00fcller.example')).json).toMatchObject({
      account: { id: 'acc_old1', email: 'Old@m\u00fcller.example' },
    })
    await rig.worker.runCron()
    expect((await logIn('old@xn--mller-kva.example')).json).toMatchObject({
      account: { id: 'acc_old1' },
    })
    expect((await create('old@xn--mller-kva.example')).status).toBe(409)
  })

  it('are looked at before an account is made', async () => {
    await insertOld('acc_old2', 'late@m\u00fcller.example')
    expect((await create('late@xn--mller-kva.example')).status).toBe(409)
    expect((await logIn('late@xn--mller-kva.example')).status).toBe(200)
  })

  it('that are two of one e-mail stay two, each by its own spelling, and the log names one', async () => {
    const [first, second] = [`acc_${'1'.repeat(32)}`, `acc_${'2'.repeat(32)}`]
    await insertOld(first, 'two@m\u00fcller.example', 'password of the first')
    await insertOld(second, 'two@xn--mller-kva.example', 'password of the second')
    await rig.worker.runCron()
    const named = rig.logs.filter((line) => line.includes('in another spelling'))
    expect(named).toHaveLength(1)
    expect(named[0]).toContain(second)
    expect(named[0]).not.toContain('ller')
    const of = async (email: string, password: string) =>
      ((await logIn(email, password)).json['account'] as { id: string } | undefined)?.id
    expect(await of('two@m\u00fcller.example', 'password of the first')).toBe(first)
    expect(await of('TWO@M\u00dcLLER.example.', 'password of the first')).toBe(first)
    expect(await of('two@xn--mller-kva.example', 'password of the second')).toBe(second)
    expect(await of('two@m\u00fcller.example', 'password of the second')).toBeUndefined()
    expect((await create('Two@m\u00fcller.example.')).status).toBe(409)

    await rig.worker.runCron()
    expect(rig.logs.filter((line) => line.includes('in another spelling'))).toHaveLength(1)
  })

  it('whose e-mail would be refused today log in as before', async () => {
    for (const [n, email] of ['"q"@example.com', 'z\u200b@example.com', 'v@192.0.2.1'].entries()) {
      await insertOld(`acc_odd${n}`, email)
    }
    await rig.worker.runCron()
    for (const [n, email] of ['"Q"@example.com', 'z\u200b@example.com', 'V@192.0.2.1'].entries()) {
      expect((await logIn(email)).json).toMatchObject({ account: { id: `acc_odd${n}` } })
    }
  })
})

describe('a password', () => {
  it('is one in each normal form: at the log-in, to create and to reveal', async () => {
    for (const [set, typed] of [
      [PASSWORD, DECOMPOSED],
      [DECOMPOSED, PASSWORD],
    ] as const) {
      const customer = await rig.registeredCustomer({ password: set })
      expect((await logIn(customer.email, typed)).status).toBe(200)
      const { id } = await customer.createKey({ password: typed })
      const shown = await customer.call('POST', `/keys/${id}/reveal`, { password: typed })
      expect(shown.status).toBe(200)
    }
  })

  it('that an older hash has in another form goes on working, and is hashed in NFC', async () => {
    await insertOld('acc_nfd', 'nfd@example.com', DECOMPOSED)
    expect((await logIn('nfd@example.com', PASSWORD)).status).toBe(401)
    expect((await logIn('nfd@example.com', DECOMPOSED)).status).toBe(200)
    expect((await logIn('nfd@example.com', PASSWORD)).status).toBe(200)
    const stored = await run(`SELECT password_hash FROM accounts WHERE id = 'acc_nfd'`)
    expect(stored.rows[0]?.['password_hash']).toMatch(/^\$scrypt\$ln=13,r=8,p=10\$/)
  })

  it('is counted in NFC', async () => {
    const account = { name: 'Test', email: 'count@example.com' }
    const eleven = 'e\u0301'.repeat(11)
    const short = await rig.operator('POST', '/accounts', { ...account, password: eleven })
    expect(short.json['errors']).toMatchObject([{ pointer: '/password', code: 'wrong_length' }])
    const long = 'e\u0301'.repeat(256)
    const made = await rig.operator('POST', '/accounts', { ...account, password: long })
    expect(made.status).toBe(201)
    expect((await logIn('count@example.com', '\u00e9'.repeat(256))).status).toBe(200)
  })

  it.each([
    ['twelve U+0000', '\0'.repeat(12), 'character_not_allowed'],
    ['a U+0000 behind the right one', `${PASSWORD}\0`, 'character_not_allowed'],
    ['a lone surrogate', 'a lone \ud800 surrogate', 'not_unicode'],
  ])('with %s is a fault wherever it is read', async (_, password, code) => {
    const customer = await rig.registeredCustomer({ password: PASSWORD })
    const { id } = await customer.createKey()
    const input = { application_name: 'x', platform: 'web', password }
    const account = { email: 'nul@example.com', name: 'x', password }
    for (const answer of [
      await logIn(customer.email, password),
      await customer.call('POST', '/keys', input),
      await customer.call('POST', `/keys/${id}/reveal`, { password }),
      await rig.operator('POST', '/accounts', account),
      await rig.operator('PATCH', `/accounts/${customer.id}`, { password }),
    ]) {
      expect(answer.status).toBe(422)
      expect(answer.json['errors']).toMatchObject([{ pointer: '/password', code }])
    }
    expect((await logIn(customer.email, '')).status).toBe(401)
    expect((await customer.call('GET', '/session')).status).toBe(200)
  })
})
