import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { sendHeldOpen } from '../support/held-open.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig({ simulatedStores: true })
})
afterAll(() => rig.stop())
beforeEach(async () => {
  await rig.stores({ fault: 'none' })
  rig.upstream.reset()
})

function use(token: string) {
  return rig.send('/x', { headers: { 'X-API-Key': token } })
}

describe('a request whose body arrives late', () => {
  const suspend = (customer: Customer) => () =>
    rig.operator('PATCH', `/accounts/${customer.id}`, { status: 'suspended' })
  const newPassword = (customer: Customer) => () =>
    rig.operator('PATCH', `/accounts/${customer.id}`, { password: 'a wholly new password' })
  const logOut = (customer: Customer) => () => customer.call('DELETE', '/session')

  it.each([
    ['a suspension', suspend, 403, 'account_suspended'],
    ['a new password', newPassword, 401, 'unauthenticated'],
    ['a log-out', logOut, 401, 'unauthenticated'],
  ] as const)('is judged after %s', async (_, change, status, code) => {
    for (const call of ['create', 'edit', 'reveal'] as const) {
      const customer = await rig.customer()
      const { id } = await customer.createKey()
      const { password } = customer
      const [method, path, body] = {
        create: ['POST', '/keys', { application_name: 'late', platform: 'web', password }],
        edit: ['PATCH', `/keys/${id}`, { application_name: 'late' }],
        reveal: ['POST', `/keys/${id}/reveal`, { password }],
      }[call] as [string, string, object]
      const answer = await sendHeldOpen(rig, customer, method, path, body, change(customer))
      expect(answer.status, `${call}: ${answer.text}`).toBe(status)
      expect(answer.json).toMatchObject({ code })
      expect(answer.text).not.toContain('cpk_')
    }
  })
})

describe('many requests at once', () => {
  it('are all answered, from the first to the last', async () => {
    const customer = await rig.customer()
    const { token } = await customer.createKey()
    await rig.stores({ clear: true })
    const sessions = await Promise.all(
      Array.from({ length: 60 }, () => customer.call('GET', '/session')),
    )
    expect(new Set(sessions.map(({ status }) => status))).toEqual(new Set([200]))
    const used = await Promise.all(Array.from({ length: 60 }, () => use(token)))
    expect(new Set(used.map(({ status }) => status))).toEqual(new Set([200]))
  })

  it('of edits do not keep a deletion from going through', async () => {
    const customer = await rig.customer()
    const { id, token } = await customer.createKey()
    const edits = Array.from({ length: 20 }, (_, i) =>
      customer.call(
        'PATCH',
        `/keys/${id}`,
        i % 2 === 0 ? { application_name: `edit ${i}` } : { ip_acl: [`10.0.0.${i}/32`] },
      ),
    )
    const deleted = await customer.call('DELETE', `/keys/${id}`)
    expect(deleted.status, deleted.text).toBe(200)
    for (const { status } of await Promise.all(edits)) expect([200, 404]).toContain(status)
    expect((await use(token)).json).toMatchObject({ code: 'key_revoked' })
  })
})

describe('a put into KV', () => {
  it('that the cron makes again does not bring back a key that was deleted meanwhile', async () => {
    const customer = await rig.customer()
    const { id, token } = await customer.createKey()
    const { puts } = await rig.stores({ failNext: 1 })
    const edit = customer.call('PATCH', `/keys/${id}`, { ip_acl: ['10.0.0.0/8'] })
    let { puts: now } = await rig.stores()
    while (now.length === puts.length) ({ puts: now } = await rig.stores())
    const deleted = await customer.call('DELETE', `/keys/${id}`)
    expect(deleted.status).toBe(200)
    await edit
    await rig.worker.runCron()
    const { values } = await rig.stores()
    const records = Object.values(values).filter((value) => value.includes(id))
    expect(records.map((value) => JSON.parse(value) as object)).toMatchObject([{ gone: true }])
    expect((await use(token)).json).toMatchObject({ code: 'key_revoked' })
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('does not delay a change where KV takes one write a second', async () => {
    const customer = await rig.customer()
    const { id, token } = await customer.createKey()
    await rig.stores({ writeLimit: true })
    const edit = await customer.call('PATCH', `/keys/${id}`, { ip_acl: ['10.0.0.0/8'] })
    const deletion = await customer.call('DELETE', `/keys/${id}`)
    await rig.stores({ writeLimit: false })
    expect([edit.status, deletion.status]).toEqual([200, 200])
    expect((await use(token)).json).toMatchObject({ code: 'key_revoked' })
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('is not waited for', async () => {
    const customer = await rig.customer()
    const { id, token } = await customer.createKey()
    await rig.stores({ fault: 'stall' })
    const deleted = await customer.call('DELETE', `/keys/${id}`)
    expect(deleted.status, deleted.text).toBe(200)
    expect((await use(token)).json).toMatchObject({ code: 'key_revoked' })
    expect(rig.upstream.received).toHaveLength(0)
  })
})

describe('odd text', () => {
  it('is no fault of ours', async () => {
    const customer = await rig.customer()
    const { email, password } = customer
    const post = (body: string, userAgent: string) =>
      rig.send('/admin/api/v1/session', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'User-Agent': userAgent },
        body,
      })
    const surrogate = await post('{"email":"\\ud800@x.example","password":"x"}', 'x')
    expect(surrogate.status).toBe(422)
    const emoji = Buffer.from(`${'x'.repeat(255)}😀`).toString('latin1')
    const long = await post(JSON.stringify({ email: ` ${email} `, password }), emoji)
    expect(long.status).toBe(200)
  })
})
