import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CreatedKey, Customer } from '../../harness/customer.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
})
afterAll(() => rig.stop())
beforeEach(() => rig.upstream.reset())

const ACL = ['192.0.2.0/24', '10.0.0.0/8', '10.1.0.0/16', '2001:db8::/32', '2a06:98c0::/29']
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string

function call({ token }: CreatedKey, address: string) {
  return rig.send('/customer', { headers: { 'X-API-Key': token, 'CF-Connecting-IP': address } })
}

async function check({ id }: CreatedKey, address: unknown) {
  return await customer.call('POST', `/keys/${id}/ip-acl/check`, { address })
}

async function denialsOf({ id }: CreatedKey): Promise<Record<string, unknown>[]> {
  const answer = await customer.call('GET', `/keys/${id}/denials`)
  expect(answer.status, answer.text).toBe(200)
  return answer.json['denials'] as Record<string, unknown>[]
}

describe('POST /keys/{id}/ip-acl/check', () => {
  it.each([
    ['192.0.2.7', '192.0.2.0/24'],
    [' ::ffff:192.0.2.7 ', '192.0.2.0/24'],
    ['10.1.2.3', '10.0.0.0/8'],
    ['2001:DB8::1', '2001:db8::/32'],
    ['203.0.113.7', null],
    ['::192.0.2.7', null],
    ['2a06:98c0:3600::103', null],
  ])('judges %s as the gateway does', async (address, entry) => {
    const key = await customer.createKey({ ip_acl: ACL })
    const answer = await check(key, address)
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ allowed: entry !== null, entry, mode: 'enforce' })
    expect((await call(key, address)).status).toBe(entry === null ? 403 : 200)
  })

  it('lets in any address where the list is empty', async () => {
    const key = await customer.createKey()
    const answer = await check(key, '203.0.113.7')
    expect(answer.json).toEqual({ allowed: true, entry: null, mode: 'enforce' })
  })

  it('says what the list says, and that it only reports', async () => {
    const key = await customer.createKey({ ip_acl: ACL, ip_acl_mode: 'report' })
    const answer = await check(key, '203.0.113.7')
    expect(answer.json).toEqual({ allowed: false, entry: null, mode: 'report' })
  })

  it.each(['', 'nonsense', '192.0.2.7:443', '[2001:db8::1]', 'fe80::1%eth0', '192.0.2.0/24'])(
    'refuses "%s"',
    async (address) => {
      const answer = await check(await customer.createKey(), address)
      expect(answer.status).toBe(422)
      const errors = [{ pointer: '/address', code: 'address_invalid' }]
      expect(answer.json).toMatchObject({ code: 'validation_failed', errors })
    },
  )

  it('is not for an account that is suspended, none of whose keys let in', async () => {
    const other = await rig.customer()
    const { id } = await other.createKey()
    await rig.operator('PATCH', `/accounts/${other.id}`, { status: 'suspended' })
    const answer = await other.call('POST', `/keys/${id}/ip-acl/check`, { address: '192.0.2.7' })
    expect(answer.status).toBe(403)
    expect(answer.json).toMatchObject({ code: 'account_suspended' })
  })
})

describe('ip_acl_mode', () => {
  it('is enforce unless it is set, and can be changed', async () => {
    const key = await customer.createKey({ ip_acl: ACL })
    const shown = await customer.call('GET', `/keys/${key.id}`)
    expect(shown.json['ip_acl_mode']).toBe('enforce')
    expect((await call(key, '203.0.113.7')).status).toBe(403)
    expect(rig.upstream.received).toHaveLength(0)

    const loosened = await customer.call('PATCH', `/keys/${key.id}`, { ip_acl_mode: 'report' })
    expect(loosened.json).toMatchObject({ ip_acl: ACL, ip_acl_mode: 'report', version: 2 })
    expect((await call(key, '203.0.113.7')).status).toBe(200)
    expect((await call(key, 'nonsense')).status).toBe(200)
    expect(rig.upstream.received).toHaveLength(2)

    await customer.call('PATCH', `/keys/${key.id}`, { ip_acl_mode: 'enforce' })
    expect((await call(key, '203.0.113.7')).status).toBe(403)
    expect(rig.upstream.received).toHaveLength(2)
  })

  it.each(['off', '', null, 7])('cannot be %j', async (mode) => {
    const { id } = await customer.createKey()
    const answer = await customer.call('PATCH', `/keys/${id}`, { ip_acl_mode: mode })
    expect(answer.status).toBe(422)
    expect(answer.json).toMatchObject({ errors: [{ pointer: '/ip_acl_mode' }] })
  })

  it('is in the audit', async () => {
    const { id } = await customer.createKey({ ip_acl: ACL })
    await customer.call('PATCH', `/keys/${id}`, { ip_acl_mode: 'report' })
    const { json } = await customer.call('GET', `/audit?key_id=${id}&limit=1`)
    expect(json).toMatchObject({ events: [{ changes: { ip_acl_mode: ['enforce', 'report'] } }] })
  })
})

describe('GET /keys/{id}/denials', () => {
  it('has none of a key that refused nobody', async () => {
    const key = await customer.createKey({ ip_acl: ACL })
    await call(key, '192.0.2.7')
    expect(await denialsOf(key)).toEqual([])
  })

  it('counts whom the IP ACL refused, by address, newest first', async () => {
    const key = await customer.createKey({ ip_acl: ACL })
    for (const address of ['192.0.3.7', '2001:DB9::1', '192.0.3.7', 'nonsense']) {
      expect((await call(key, address)).status).toBe(403)
    }
    await expect.poll(() => denialsOf(key)).toHaveLength(3)
    const one = { count: 1, first_at: TIME, last_at: TIME, enforced: true }
    await expect
      .poll(() => denialsOf(key))
      .toEqual([
        { address: null, ...one },
        { address: '192.0.3.7', ...one, count: 2 },
        { address: '2001:db9::1', ...one },
      ])
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('counts whom it would have refused', async () => {
    const key = await customer.createKey({ ip_acl: ACL, ip_acl_mode: 'report' })
    expect((await call(key, '203.0.113.7')).status).toBe(200)
    expect((await call(key, '192.0.2.7')).status).toBe(200)
    const expected = [{ address: '203.0.113.7', count: 1, enforced: false }]
    await expect.poll(() => denialsOf(key)).toMatchObject(expected)

    await customer.call('PATCH', `/keys/${key.id}`, { ip_acl_mode: 'enforce' })
    expect((await call(key, '203.0.113.7')).status).toBe(403)
    const both = [{ address: '203.0.113.7', count: 2, enforced: true }]
    await expect.poll(() => denialsOf(key)).toMatchObject(both)
  })

  it('loses none of a burst', async () => {
    const key = await customer.createKey({ ip_acl: ACL })
    await Promise.all(Array.from({ length: 60 }, () => call(key, '203.0.113.7')))
    await expect
      .poll(() => denialsOf(key), { timeout: 5_000 })
      .toMatchObject([{ address: '203.0.113.7', count: 60 }])
  })

  it("is the owner's alone, and gone with the key", async () => {
    const key = await customer.createKey({ ip_acl: ACL })
    const stranger = await rig.customer()
    expect((await stranger.call('GET', `/keys/${key.id}/denials`)).status).toBe(404)
    await customer.call('DELETE', `/keys/${key.id}`)
    expect((await customer.call('GET', `/keys/${key.id}/denials`)).status).toBe(404)
  })
})
