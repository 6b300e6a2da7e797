// The operator's view of keys, and the end of one.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CreatedKey, Customer } from '../../harness/customer.ts'
import { type Rig, startRig } from '../support/rig.ts'
import { runSql } from '../support/sql.ts'

let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
})
afterAll(() => rig.stop())
beforeEach(() => rig.upstream.reset())

interface Listed {
  readonly id: string
  readonly account_id: string
}

async function list(query: string): Promise<Listed[]> {
  const answer = await rig.operator('GET', `/keys?${query}`)
  expect(answer.status).toBe(200)
  return answer.json['keys'] as Listed[]
}

const ids = (keys: readonly Listed[]) => keys.map(({ id }) => id)

describe('GET /operator/keys', () => {
  let kept: CreatedKey
  let deleted: CreatedKey

  beforeAll(async () => {
    kept = await customer.createKey()
    deleted = await customer.createKey()
    await customer.call('DELETE', `/keys/${deleted.id}`)
    await (await rig.customer()).createKey()
  })

  it('lists the keys of all accounts, or of one, by state', async () => {
    const ofAll = await list('')
    expect(new Set(ofAll.map((key) => key.account_id)).size).toBe(2)
    const own = `account_id=${customer.id}`
    expect(ids(await list(own))).toEqual([deleted.id, kept.id])
    expect(await list(`${own}&state=live`)).toEqual([
      {
        id: kept.id,
        account_id: customer.id,
        state: 'live',
        application_name: expect.any(String) as string,
        platform: expect.any(String) as string,
        token_key: expect.stringMatching(/^\w$/) as string,
        created_at: expect.any(String) as string,
        updated_at: expect.any(String) as string,
        enabled: true,
        expires_at: null,
        leaked_at: null,
        deleted_at: null,
      },
    ])
    expect(await list(`${own}&state=deleted`)).toMatchObject([
      { id: deleted.id, state: 'deleted', application_name: null, token_key: null },
    ])
    expect(await list('account_id=acc_0')).toEqual([])
  })

  it('lists those that are paused, have ended, leaked or have two tokens', async () => {
    const owner = await rig.customer()
    const key = async () => (await owner.createKey()).id
    const [paused, expired, leaked, rotating, rotated] = [
      await key(),
      await key(),
      await key(),
      await key(),
      await key(),
    ]
    const change = (id: string, sql: string) =>
      runSql(rig.libsqlUrl, `UPDATE api_keys SET ${sql} WHERE id = ?`, [id])
    await owner.call('PATCH', `/keys/${paused}`, { enabled: false })
    await change(expired, 'expires_at = 5')
    await change(leaked, 'leaked_at = 5')
    const rotation = { password: owner.password, overlap_seconds: 600 }
    await owner.call('POST', `/keys/${rotating}/rotation`, rotation)
    await owner.call('POST', `/keys/${rotated}/rotation`, { ...rotation, overlap_seconds: 0 })
    await change(await key(), `expires_at = ${Date.now() + 3_600_000}`)
    for (const [state, id] of Object.entries({ paused, expired, leaked, rotating })) {
      expect(ids(await list(`state=${state}`)), state).toEqual([id])
      expect(await list(`state=${state}&account_id=${customer.id}`)).toEqual([])
    }
    expect(await list('state=expired')).toMatchObject([
      { state: 'live', expires_at: new Date(5).toISOString() },
    ])
    expect(await list(`state=live&account_id=${owner.id}`)).toHaveLength(6)
  })

  it('lists those that hold up a key of TOKEN_KEYS', async () => {
    const ringKey = rig.secrets.TOKEN_KEYS.charAt(0)
    const other = ringKey === 'B' ? 'C' : 'B'
    expect(ids(await list(`token_key=${ringKey}&account_id=${customer.id}`))).toEqual([kept.id])
    expect(await list(`token_key=${other}`)).toEqual([])
  })

  it('lists in pages', async () => {
    const first = await rig.operator('GET', '/keys?limit=1')
    const second = await list(`limit=50&cursor=${String(first.json['next_cursor'])}`)
    expect([...(first.json['keys'] as Listed[]), ...second]).toEqual(await list(''))
  })

  it.each([
    ['state=used', '/state'],
    ['token_key=AB', '/token_key'],
    ['limit=0', '/limit'],
    ['cursor=x', '/cursor'],
  ])('refuses ?%s', async (query, pointer) => {
    const answer = await rig.operator('GET', `/keys?${query}`)
    expect(answer.status).toBe(422)
    expect(answer.json['errors']).toMatchObject([{ pointer }])
  })

  it('never shows a token, or what finds one', async () => {
    const answer = await rig.operator('GET', '/keys')
    for (const secret of [kept.token, kept.token.slice(-20), 'sealed', 'lookup'])
      expect(answer.text).not.toContain(secret)
  })
})

describe('POST /operator/keys/{id}/revoke', () => {
  const revoke = (id: string, body: object = { reason: 'Found in public' }) =>
    rig.operator('POST', `/keys/${id}/revoke`, body)

  it('ends the key for the next request, and the audit says who and why', async () => {
    const { id, token } = await customer.createKey()
    const headers = { 'X-API-Key': token }
    expect((await rig.send('/x', { headers })).status).toBe(200)
    rig.upstream.reset()
    const answer = await revoke(id)
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({ id, deleted_at: expect.any(String) as string })
    const used = await rig.send('/x', { method: 'POST', headers })
    expect(used.json).toMatchObject({ status: 401, code: 'key_revoked' })
    expect(rig.upstream.received).toHaveLength(0)
    expect((await customer.call('GET', `/keys/${id}`)).status).toBe(404)

    const audit = await rig.operator('GET', `/audit?account_id=${customer.id}&limit=1`)
    expect(audit.json['events']).toMatchObject([
      {
        action: 'key.delete',
        key_id: id,
        actor: 'operator',
        operator: 'operator',
        changes: { reason: [null, 'Found in public'] },
      },
    ])
    const own = await customer.call('GET', '/audit?limit=1')
    expect(own.json['events']).toMatchObject([
      { action: 'key.delete', key_id: id, changes: { reason: [null, 'Found in public'] } },
    ])

    const again = await revoke(id)
    expect(again.status).toBe(200)
    expect(again.json['deleted_at']).toBe(answer.json['deleted_at'])
    const after = await rig.operator('GET', `/audit?account_id=${customer.id}&limit=1`)
    expect(after.json['events']).toEqual(audit.json['events'])
  })

  it('works on an account that is suspended', async () => {
    const other = await rig.customer()
    const { id } = await other.createKey()
    await rig.operator('PATCH', `/accounts/${other.id}`, { status: 'suspended' })
    expect((await revoke(id)).status).toBe(200)
  })

  it('is done once where many ask at the same time', async () => {
    const { id } = await customer.createKey()
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => revoke(id)),
      customer.call('DELETE', `/keys/${id}`),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    const own = await customer.call('GET', `/audit?key_id=${id}`)
    const actions = (own.json['events'] as { action: string }[]).map(({ action }) => action)
    expect(actions).toEqual(['key.delete', 'key.create'])
  })

  it.each([
    [{}, '/reason'],
    [{ reason: ' ' }, '/reason'],
    [{ reason: 'x'.repeat(201) }, '/reason'],
    [{ reason: 'a\nb' }, '/reason'],
    [{ reason: 'x', force: true }, '/force'],
  ])('refuses %j', async (body, pointer) => {
    const { id, token } = await customer.createKey()
    const answer = await revoke(id, body)
    expect(answer.status).toBe(422)
    expect(answer.json['errors']).toMatchObject([{ pointer }])
    expect((await rig.send('/x', { headers: { 'X-API-Key': token } })).status).toBe(200)
  })

  it('is 404 for a key that is not there', async () => {
    expect((await revoke('key_0')).status).toBe(404)
  })

  it('needs the token of an operator', async () => {
    const { id } = await customer.createKey()
    const answer = await customer.call('POST', `/operator/keys/${id}/revoke`, { reason: 'x' })
    expect(answer.status).toBe(401)
    expect((await customer.call('GET', `/keys/${id}`)).status).toBe(200)
  })
})
