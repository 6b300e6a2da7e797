import { Agent } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mapPooled } from '../../src/admin/map-pooled.ts'
import { connect } from '../../src/db/client.ts'
import { createFixtures, type TestKey } from '../edge/fixtures.ts'
import { insertKeys } from '../../harness/insert-keys.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

const newKey = (password: string) => ({ application_name: 'One more', platform: 'web', password })

describe("the operator's key_limit", () => {
  it('is 100 unless it was set, and shown to the operator alone', async () => {
    const customer = await rig.customer()
    const { json } = await rig.operator('GET', '/accounts?limit=1')
    expect(json['accounts']).toMatchObject([{ id: customer.id, key_limit: 100 }])
    const session = await customer.call('GET', '/session')
    expect(session.json['account']).not.toHaveProperty('key_limit')

    const path = `/accounts/${customer.id}`
    const set = await rig.operator('PATCH', path, { key_limit: 1_000 })
    expect(set.status).toBe(200)
    expect(set.json).toMatchObject({ key_limit: 1_000, status: 'active' })
    expect((await rig.operator('PATCH', path, { name: 'B' })).json['key_limit']).toBe(1_000)
    const { json: audit } = await rig.operator('GET', `/audit?account_id=${customer.id}&limit=2`)
    expect(audit['events']).toMatchObject([
      { changes: { name: ['Test', 'B'] } },
      { changes: { key_limit: [100, 1_000] } },
    ])
  })

  it.each([0, -1, 1_001, 1.5, '100', null, true, [], 2 ** 53])('is never %j', async (key_limit) => {
    const { id } = await rig.customer()
    const answer = await rig.operator('PATCH', `/accounts/${id}`, { key_limit })
    expect(answer.status).toBe(422)
    expect(answer.json).toMatchObject({ errors: [{ pointer: '/key_limit' }] })
    const { json } = await rig.operator('GET', '/accounts?limit=1')
    expect(json['accounts']).toMatchObject([{ id, key_limit: 100 }])
  })

  it('is not for the customer to set, nor part of a new account', async () => {
    const account = { email: 'new@example.com', name: 'x', password: 'x'.repeat(12), key_limit: 5 }
    const answer = await rig.operator('POST', '/accounts', account)
    expect(answer.json).toMatchObject({ errors: [{ pointer: '/key_limit' }] })
  })

  it('holds for the next key, and its refusal names it', async () => {
    const customer = await rig.customer()
    const path = `/accounts/${customer.id}`
    await rig.operator('PATCH', path, { key_limit: 1 })
    const first = await customer.createKey()
    const refused = await customer.call('POST', '/keys', newKey(customer.password))
    expect(refused.status).toBe(409)
    expect(refused.json).toMatchObject({ code: 'key_limit_reached' })
    expect(refused.json['detail']).toMatch(/\b1 API key\b/)

    await rig.operator('PATCH', path, { key_limit: 2 })
    const second = await customer.createKey()
    const full = await customer.call('POST', '/keys', newKey(customer.password))
    expect(full.json['detail']).toMatch(/\b2 API keys\b/)

    await rig.operator('PATCH', path, { key_limit: 1 })
    const { json } = await customer.call('GET', '/keys')
    expect(json['keys']).toHaveLength(2)
    for (const { token } of [first, second]) {
      const used = await rig.send('/x', { headers: { 'X-API-Key': token } })
      expect(used.status).toBe(200)
    }
    const edited = await customer.call('PATCH', `/keys/${second.id}`, { platform: 'web' })
    expect(edited.status).toBe(200)
    await customer.call('DELETE', `/keys/${first.id}`)
    expect((await customer.call('POST', '/keys', newKey(customer.password))).status).toBe(409)
    await customer.call('DELETE', `/keys/${second.id}`)
    expect((await customer.call('POST', '/keys', newKey(customer.password))).status).toBe(201)
  })

  it('lets an account have a thousand keys, and not one more', async () => {
    const customer = await rig.customer()
    await insertKeys(rig.libsqlUrl, customer.id, 999)
    const early = await customer.call('POST', '/keys', newKey(customer.password))
    expect(early.json['detail']).toMatch(/\b100 API keys\b/)
    await rig.operator('PATCH', `/accounts/${customer.id}`, { key_limit: 1_000 })
    expect((await customer.call('POST', '/keys', newKey(customer.password))).status).toBe(201)
    const late = await customer.call('POST', '/keys', newKey(customer.password))
    expect(late.json['detail']).toMatch(/\b1000 API keys\b/)
  })
})

describe('a suspension of an account with 1 000 keys', () => {
  it('holds for each of them when it answers', async () => {
    const customer = await rig.customer()
    const fixtures = await createFixtures(rig.secrets)
    const db = connect(rig.libsqlUrl, undefined)
    const keys: TestKey[] = []
    while (keys.length < 1_000) {
      // Together they are more than libSQL answers at once: 300 × 46 kB.
      const ipAcl = keys.length < 300 ? LARGEST_ACL : []
      keys.push(await fixtures.insertKey(db, customer.id, ipAcl, false))
    }
    const agent = new Agent({ keepAlive: true, maxSockets: 10 })
    const codes = async (of: readonly TestKey[]) => {
      const answers = await mapPooled(of, 10, async ({ token }: TestKey) => {
        const headers = { 'X-API-Key': token, 'CF-Connecting-IP': '2001:db8::1' }
        const answer = await rig.send('/x', { headers, agent })
        return answer.status === 200 ? 'ok' : String(answer.json['code'])
      })
      return Object.fromEntries(
        [...Map.groupBy(answers, (code) => code)].map(([code, each]) => [code, each.length]),
      )
    }
    expect(await codes(keys)).toEqual({ ok: 1_000 })

    const path = `/accounts/${customer.id}`
    const suspended = await rig.operator('PATCH', path, { status: 'suspended' })
    expect(suspended.status, suspended.text).toBe(200)
    expect(suspended.json).toMatchObject({ enforcement: { effective_at: expect.any(String) } })
    expect(await codes(keys)).toEqual({ account_inactive: 1_000 })

    expect((await rig.operator('PATCH', path, { status: 'active' })).status).toBe(200)
    expect(await codes(keys.slice(250, 350))).toEqual({ ok: 100 })
    agent.destroy()
  }, 300_000)
})

const LARGEST_ACL = [
  '2001:db8::/32',
  ...Array.from({ length: 999 }, (_, j) => {
    return `2001:db8:1111:${(0x1000 + j).toString(16)}:1111:2222:3333:4444/128`
  }),
]
