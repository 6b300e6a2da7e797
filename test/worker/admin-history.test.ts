import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logIn } from '../../harness/customer.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

type Rows = Record<string, unknown>[]

describe('GET /sessions', () => {
  it('lists the live sessions, newest first, and which one asks', async () => {
    const customer = await rig.registeredCustomer()
    const newer = await logIn(rig.url, customer.email, customer.password)
    const { json } = await customer.call('GET', '/sessions')
    const sessions = json['sessions'] as Rows
    expect(sessions).toHaveLength(2)
    expect(sessions.map(({ current }) => current)).toEqual([false, true])
    expect(sessions[0]).toEqual({
      id: expect.stringMatching(/^ses_/) as string,
      created_at: expect.any(String) as string,
      last_seen_at: expect.any(String) as string,
      address: expect.stringMatching(/^10\./) as string, // each log-in of a test has its own
      user_agent: null,
      current: false,
      user: { id: customer.id.replace('acc_', 'usr_'), email: customer.email },
    })
    expect(JSON.stringify(json)).not.toContain(newer.split('=')[1])
  })
})

describe('what a browser says of itself', () => {
  // The runtime reads a header as Latin-1, so C1 is all that a terminal could take for a command.
  it('is shown without control characters', async () => {
    const customer = await rig.registeredCustomer()
    const { email, password } = customer
    await rig.send('/admin/api/v1/session', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Fire\u009bfox/1 (\u00e4)',
      },
      body: JSON.stringify({ email, password }),
    })
    const { json } = await customer.call('GET', '/sessions')
    const [newest] = json['sessions'] as Rows
    expect(newest?.['user_agent']).toBe('Fire fox/1 (\u00e4)')
  })
})

describe('DELETE /sessions/{id}', () => {
  it("ends one of the account's sessions, and nobody else's", async () => {
    const customer = await rig.registeredCustomer()
    const other = await logIn(rig.url, customer.email, customer.password)
    const { json } = await customer.call('GET', '/sessions')
    const [newest] = json['sessions'] as Rows
    const path = `/sessions/${String(newest?.['id'])}`

    const stranger = await rig.registeredCustomer()
    expect((await stranger.call('DELETE', path)).status).toBe(404)
    expect((await customer.call('DELETE', path)).status).toBe(204)
    expect((await customer.call('DELETE', path)).status).toBe(404)
    const ended = await rig.send('/admin/api/v1/session', { headers: { Cookie: other } })
    expect(ended.status).toBe(401)
    expect((await customer.call('GET', '/session')).status).toBe(200)
  })
})

describe('GET /audit', () => {
  it('tells who did what to which key, and what changed from what to what', async () => {
    const customer = await rig.registeredCustomer()
    const { id, token } = await customer.createKey({ application_name: 'Before' })
    await customer.call('PATCH', `/keys/${id}`, {
      application_name: 'After',
      ip_acl: ['10.0.0.0/8'],
    })
    await customer.call('PATCH', `/keys/${id}`, {})
    await customer.call('POST', `/keys/${id}/reveal`, { password: 'wrong' })
    await customer.call('POST', `/keys/${id}/reveal`, { password: customer.password })
    await customer.call('DELETE', `/keys/${id}`)
    await customer.call('DELETE', `/keys/${id}`)

    const { text, json } = await customer.call('GET', '/audit')
    const events = json['events'] as Rows
    expect(events.map(({ action }) => action)).toEqual([
      'key.delete',
      'key.reveal',
      'confirmation.failed',
      'key.update',
      'key.create',
      'session.create',
      'account.create',
    ])
    expect(events[3]).toEqual({
      id: expect.stringMatching(/^evt_/) as string,
      at: expect.any(String) as string,
      action: 'key.update',
      actor: 'customer',
      user: { id: customer.id.replace('acc_', 'usr_'), email: customer.email },
      key_id: id,
      address: '127.0.0.1',
      changes: {
        application_name: ['Before', 'After'],
        ip_acl: { added: ['10.0.0.0/8'], removed: [], more: 0 },
      },
    })
    for (const secret of [token, customer.password, 'scrypt']) expect(text).not.toContain(secret)
  })

  it('is read by key and in pages', async () => {
    const customer = await rig.registeredCustomer()
    const first = await customer.createKey()
    const second = await customer.createKey()
    const ofFirst = await customer.call('GET', `/audit?key_id=${first.id}`)
    expect((ofFirst.json['events'] as Rows).map((event) => event['key_id'])).toEqual([first.id])

    const page = await customer.call('GET', '/audit?limit=1')
    expect(page.json['events']).toMatchObject([{ key_id: second.id }])
    const next = await customer.call(
      'GET',
      `/audit?limit=1&cursor=${String(page.json['next_cursor'])}`,
    )
    expect(next.json['events']).toMatchObject([{ key_id: first.id }])
    expect((await customer.call('GET', '/audit?cursor=x')).status).toBe(422)
  })

  it("shows nothing of another account's", async () => {
    const customer = await rig.registeredCustomer()
    const { id } = await customer.createKey()
    const stranger = await rig.registeredCustomer()
    const { json } = await stranger.call('GET', `/audit?key_id=${id}`)
    expect(json).toEqual({ events: [], next_cursor: null })
  })
})

describe('GET /operator/audit', () => {
  it('tells of all accounts, whose they are and who acted', async () => {
    const [first, second] = [await rig.registeredCustomer(), await rig.registeredCustomer()]
    const { id } = await first.createKey()
    await rig.operator('PATCH', `/accounts/${second.id}`, { status: 'suspended' })

    const { json, text } = await rig.operator('GET', '/audit?limit=2')
    expect(json['events']).toMatchObject([
      { account_id: second.id, actor: 'operator', action: 'account.update', key_id: null },
      { account_id: first.id, actor: 'customer', action: 'key.create', key_id: id },
    ])
    expect(text).not.toContain('cpk_')
  })

  it('is read by account and in pages', async () => {
    const customer = await rig.registeredCustomer()
    await rig.registeredCustomer()
    const of = `/audit?account_id=${customer.id}`
    const all = await rig.operator('GET', of)
    const actions = (all.json['events'] as Rows).map(({ action }) => action)
    expect(actions).toEqual(['session.create', 'account.create'])
    const page = await rig.operator('GET', `${of}&limit=1`)
    const next = await rig.operator('GET', `${of}&cursor=${String(page.json['next_cursor'])}`)
    expect(next.json['events']).toMatchObject([{ action: 'account.create' }])
    const none = await rig.operator('GET', '/audit?account_id=acc_0')
    expect(none.json).toEqual({ events: [], next_cursor: null })
    expect((await rig.operator('GET', '/audit?cursor=x&limit=0')).status).toBe(422)
  })
})
