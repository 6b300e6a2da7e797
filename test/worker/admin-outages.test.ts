// What the admin API answers while a store is out of reach, and what the cron mends.

import { createClient } from '@libsql/client/web'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { insertKeys } from '../../harness/insert-keys.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig({ simulatedStores: true, gateways: {} })
  customer = await rig.customer()
})
afterAll(() => rig.stop())
beforeEach(async () => {
  rig.libsql.set('open')
  await rig.stores({ fault: 'none' })
  await rig.authorities({ fault: 'none' })
  rig.upstream.reset()
})

function use(token: string) {
  return rig.send('/x', { method: 'POST', headers: { 'X-API-Key': token } })
}

describe('libSQL out of reach', () => {
  it.each(['closed', 'hanging'] as const)('is 503 on every call (%s)', async (state) => {
    const { id } = await customer.createKey()
    const { password, email } = customer
    const create = { application_name: 'x', platform: 'web', password }
    rig.libsql.set(state)
    const answers = await Promise.all([
      customer.call('GET', '/keys'),
      customer.call('POST', '/keys', create),
      customer.call('PATCH', `/keys/${id}`, { platform: 'web' }),
      customer.call('DELETE', `/keys/${id}`),
      customer.call('POST', '/session', { email, password }),
      rig.operator('GET', '/accounts'),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(503)
      expect(answer.json).toMatchObject({ code: 'storage_unavailable' })
    }
  })

  it('is no reason to ask for a session that was not sent', async () => {
    rig.libsql.set('closed')
    expect((await rig.send('/admin/api/v1/keys')).status).toBe(401)
  })
})

describe('KV out of reach', () => {
  it('does not stop a new key from working at once', async () => {
    await rig.stores({ fault: 'throw on put' })
    const { password } = customer
    const input = { application_name: 'x', platform: 'web', password }
    const created = await customer.call('POST', '/keys', input)
    expect(created.status).toBe(201)
    expect(created.json['enforcement_state']).toBe('done')
    expect((await use(String(created.json['access_token']))).status).toBe(200)
  })

  it('does not hold up a change', async () => {
    const { id, token } = await customer.createKey()
    await rig.stores({ fault: 'throw on put' })
    expect((await customer.call('DELETE', `/keys/${id}`)).status).toBe(200)
    expect((await use(token)).json).toMatchObject({ code: 'key_revoked' })
    expect(rig.upstream.received).toHaveLength(0)
  })
})

describe('an authority out of reach', () => {
  it('does not stop a new key from being made', async () => {
    await rig.authorities({ fault: 'unreachable' })
    const { token } = await customer.createKey()
    await rig.authorities({ fault: 'none' })
    expect((await use(token)).status).toBe(200)
  })

  it.each(['unreachable', 'held'] as const)(
    'makes a deletion pending, which goes through by itself (%s)',
    async (fault) => {
      const { id, token } = await customer.createKey()
      await use(token)
      rig.upstream.reset()
      await rig.authorities({ fault })
      const answer = await customer.call('DELETE', `/keys/${id}`)
      expect(answer.status).toBe(503)
      expect(answer.json).toMatchObject({ code: 'enforcement_pending' })
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect((await customer.call('GET', `/keys/${id}`)).status).toBe(404)
      expect((await customer.call('DELETE', `/keys/${id}`)).status).toBe(503)

      await rig.authorities({ fault: 'none' })
      await rig.worker.runCron()
      expect((await use(token)).json).toMatchObject({ code: 'key_revoked' })
      expect(rig.upstream.received).toHaveLength(0)
      expect((await customer.call('DELETE', `/keys/${id}`)).status).toBe(200)
    },
  )

  it('makes an edit pending, which may be repeated with the same If-Match', async () => {
    const { id } = await customer.createKey()
    const edit = () =>
      customer.call('PATCH', `/keys/${id}`, { ip_acl: ['10.0.0.0/8'] }, { 'If-Match': '"1"' })
    await rig.authorities({ fault: 'unreachable' })
    expect((await edit()).json).toMatchObject({ code: 'enforcement_pending' })
    const shown = await customer.call('GET', `/keys/${id}`)
    expect(shown.json).toMatchObject({ ip_acl: ['10.0.0.0/8'], enforcement_state: 'pending' })

    await rig.authorities({ fault: 'none' })
    const repeated = await edit()
    expect(repeated.status).toBe(200)
    expect(repeated.json).toMatchObject({ version: 2, enforcement_state: 'done' })
    const { effective_at: effectiveAt } = repeated.json['enforcement'] as { effective_at: string }
    expect(Date.parse(effectiveAt)).toBeLessThanOrEqual(Date.now())
  })

  it('makes a suspension pending, until every key has it', async () => {
    const other = await rig.customer()
    const keys = [await other.createKey(), await other.createKey()]
    const suspend = () => rig.operator('PATCH', `/accounts/${other.id}`, { status: 'suspended' })
    await rig.authorities({ fault: 'unreachable' })
    expect((await suspend()).json).toMatchObject({ code: 'enforcement_pending' })
    await rig.authorities({ fault: 'none' })
    expect((await suspend()).status).toBe(200)
    for (const { token } of keys) {
      expect((await use(token)).json).toMatchObject({ code: 'account_inactive' })
    }
    expect(rig.upstream.received).toHaveLength(0)
  })
})

describe('any answer about an account', () => {
  it('says that its status holds only once every key has it', async () => {
    const other = await rig.customer()
    const { token } = await other.createKey()
    const edit = (change: object) => rig.operator('PATCH', `/accounts/${other.id}`, change)
    await rig.authorities({ fault: 'unreachable' })
    for (const change of [{ status: 'suspended' }, { name: 'Renamed' }, {}]) {
      expect((await edit(change)).json).toMatchObject({ code: 'enforcement_pending' })
    }
    await rig.authorities({ fault: 'none' })
    const edited = await edit({ name: 'Renamed again' })
    expect(edited.json).toMatchObject({ name: 'Renamed again', status: 'suspended' })
    expect((await use(token)).json).toMatchObject({ code: 'account_inactive' })
    expect(rig.upstream.received).toHaveLength(0)
  })
})

describe('the cron', () => {
  it('publishes each of more changes than a run can', async () => {
    const { id } = await rig.customer()
    await insertKeys(rig.libsqlUrl, id, 1_000)
    const client = createClient({ url: rig.libsqlUrl })
    const sql = 'UPDATE api_keys SET published_revision = 0, revised_at = ? WHERE account_id = ?'
    await client.execute({ sql, args: [Date.now(), id] })
    client.close()
    const published = async () => {
      await rig.worker.runCron()
      const names = Object.keys((await rig.stores()).values)
      return names.filter((name) => name.includes(`lookup-${id}-`)).length
    }
    expect(await published()).toBeLessThan(1_000)
    expect(await published()).toBe(1_000)
  })

  it('removes dead sessions, and ends them by idle time and by age', async () => {
    const client = createClient({ url: rig.libsqlUrl })
    const hour = 60 * 60 * 1000
    for (const [column, age] of [
      ['last_seen_at', hour],
      ['created_at', 12 * hour],
    ] as const) {
      const other = await rig.customer()
      expect((await other.call('GET', '/session')).status).toBe(200)
      await client.execute({
        sql: `UPDATE sessions SET ${column} = ? WHERE account_id = ?`,
        args: [Date.now() - age - 1, other.id],
      })
      expect((await other.call('GET', '/session')).status).toBe(401)
      await rig.worker.runCron()
      const left = await client.execute({
        sql: 'SELECT id FROM sessions WHERE account_id = ?',
        args: [other.id],
      })
      expect(left.rows).toHaveLength(0)
    }
    client.close()
  })
})

describe('a password hash with other parameters', () => {
  it('still verifies, and is made anew at log-in', async () => {
    const client = createClient({ url: rig.libsqlUrl })
    const { scryptSync } = await import('node:crypto')
    const other = await rig.customer()
    const salt = Buffer.alloc(16, 7)
    const hash = scryptSync(other.password, salt, 32, { N: 2 ** 12, r: 8, p: 1 })
    const weak = `$scrypt$ln=12,r=8,p=1$${salt.toString('base64url')}$${hash.toString('base64url')}`
    const args = [weak, other.id]
    await client.execute({ sql: 'UPDATE accounts SET password_hash = ? WHERE id = ?', args })

    const { email, password } = other
    expect((await other.call('POST', '/session', { email, password })).status).toBe(200)
    const stored = await client.execute({
      sql: 'SELECT password_hash FROM accounts WHERE id = ?',
      args: [other.id],
    })
    expect(String(stored.rows[0]?.['password_hash'])).toMatch(/^\$scrypt\$ln=13,r=8,p=10\$/)
    expect((await other.call('POST', '/session', { email, password })).status).toBe(200)
    client.close()
  })
})
