import { createClient } from '@libsql/client/web'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

function create(customer: Customer, idempotencyKey: string, input: Record<string, unknown> = {}) {
  const { password } = customer
  const body = { application_name: 'App', platform: 'web', password, ...input }
  return customer.call('POST', '/keys', body, { 'Idempotency-Key': idempotencyKey })
}

async function keyCount(customer: Customer): Promise<number> {
  const { json } = await customer.call('GET', '/keys?limit=200')
  return (json['keys'] as unknown[]).length
}

describe('Idempotency-Key', () => {
  it('makes a repeated create answer the same key and token', async () => {
    const customer = await rig.customer()
    const first = await create(customer, 'one')
    const second = await create(customer, 'one', { application_name: ' App ' })
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.json).toEqual(first.json)
    expect(second.headers['location']).toBe(first.headers['location'])
    expect(await keyCount(customer)).toBe(1)
  })

  it('makes one key of requests that are sent at once', async () => {
    const customer = await rig.customer()
    const answers = await Promise.all([1, 2, 3, 4].map(() => create(customer, 'same')))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    expect(new Set(answers.map(({ json }) => json['access_token'])).size).toBe(1)
    expect(await keyCount(customer)).toBe(1)
  })

  it('is refused with another body', async () => {
    const customer = await rig.customer()
    await create(customer, 'one')
    const answer = await create(customer, 'one', { platform: 'mobile' })
    expect(answer.status).toBe(422)
    expect(answer.json).toMatchObject({ code: 'idempotency_mismatch' })
    expect(await keyCount(customer)).toBe(1)
  })

  it('shows nothing without the password', async () => {
    const customer = await rig.customer()
    await create(customer, 'one')
    const answer = await create(customer, 'one', { password: 'wrong' })
    expect(answer.json).toMatchObject({ code: 'password_incorrect' })
  })

  it('is of its account alone', async () => {
    const [a, b] = [await rig.customer(), await rig.customer()]
    const first = await create(a, 'shared')
    const second = await create(b, 'shared')
    expect(second.status).toBe(201)
    expect(second.json['id']).not.toBe(first.json['id'])
  })

  it('is forgotten after 24 hours', async () => {
    const customer = await rig.customer()
    const first = await create(customer, 'old')
    const client = createClient({ url: rig.libsqlUrl })
    await client.execute({
      sql: 'UPDATE api_keys SET created_at = created_at - ? WHERE account_id = ?',
      args: [24 * 60 * 60 * 1000 + 1, customer.id],
    })
    client.close()
    const second = await create(customer, 'old', { platform: 'mobile' })
    expect(second.status).toBe(201)
    expect(second.json['id']).not.toBe(first.json['id'])
  })
})
