// A customer writes into the audit, which is never cleaned: 1 200 changes a minute at most.

import { type Client, createClient } from '@libsql/client/web'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { newId } from '../../src/shared/ids.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let client: Client

beforeAll(async () => {
  rig = await startRig()
  client = createClient({ url: rig.libsqlUrl })
})
afterAll(async () => {
  client.close()
  await rig.stop()
})

const BUDGET = 1_200

async function eventsOf({ id }: Customer): Promise<number> {
  const { rows } = await client.execute({
    sql: 'SELECT count(*) AS count FROM audit_events WHERE account_id = ?',
    args: [id],
  })
  return Number(rows[0]?.['count'])
}

/** As many events as if so many changes had been made some time ago. */
async function pretendChanges({ id }: Customer, count: number, agoMs: number): Promise<void> {
  const at = Date.now() - agoMs
  const events = Array.from({ length: count }, () => ({
    sql: `INSERT INTO audit_events (id, at, account_id, actor, action) VALUES (?, ?, ?, 'customer', 'key.update')`,
    args: [newId('evt', at), at, id],
  }))
  await client.batch(events, 'write')
}

describe('an account that made as many changes within a minute as it may', () => {
  it('waits before the next one, and can look and delete meanwhile', async () => {
    const customer = await rig.customer()
    const { id } = await customer.createKey()
    const { id: other } = await customer.createKey()
    const edit = () => customer.call('PATCH', `/keys/${id}`, { application_name: 'Edited' })
    await pretendChanges(customer, BUDGET - 1 - (await eventsOf(customer)), 20_000)
    expect((await edit()).status).toBe(200)

    const before = await eventsOf(customer)
    expect(before).toBe(BUDGET)
    const { password } = customer
    const refused = [
      await customer.call('PATCH', `/keys/${id}`, { application_name: 'Once more' }),
      await customer.call('POST', `/keys/${id}/reveal`, { password }),
      await customer.call('POST', '/keys', { application_name: 'x', platform: 'web', password }),
    ]
    for (const { status, json, headers } of refused) {
      expect(status).toBe(429)
      expect(json).toMatchObject({ code: 'throttled' })
      expect(json['detail']).toContain('1200 changes')
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60)
    }
    expect(await eventsOf(customer)).toBe(before)

    // What is asked first is answered first.
    expect((await customer.call('PATCH', `/keys/${id}`, { platform: 'x' })).status).toBe(422)
    expect((await customer.call('PATCH', '/keys/key_0', { platform: 'web' })).status).toBe(404)
    const { json } = await customer.call('GET', `/keys/${id}`)
    expect(json).toMatchObject({ application_name: 'Edited' })
    expect((await customer.call('GET', '/audit?limit=200')).status).toBe(200)
    expect((await customer.call('DELETE', `/keys/${other}`)).status).toBe(200)

    const stranger = await rig.customer()
    const { id: theirs } = await stranger.createKey()
    const untouched = await stranger.call('PATCH', `/keys/${theirs}`, { platform: 'web' })
    expect(untouched.status).toBe(200)
    const operator = await rig.operator('PATCH', `/accounts/${customer.id}`, { name: 'By us' })
    expect(operator.status).toBe(200)
  })

  it('may go on when the first of them is a minute old', async () => {
    const customer = await rig.customer()
    const { id } = await customer.createKey()
    await pretendChanges(customer, BUDGET, 61_000)
    const edited = await customer.call('PATCH', `/keys/${id}`, { platform: 'web' })
    expect(edited.status).toBe(200)
    await pretendChanges(customer, BUDGET, 50_000)
    const refused = await customer.call('PATCH', `/keys/${id}`, { platform: 'mobile' })
    expect(refused.status).toBe(429)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(10)
  })
})
