// What was recorded goes through, and nothing is called done that is not: the outbox.

import { createClient, type InValue } from '@libsql/client/web'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { keyAuthoritiesOf, type RealAuthorities } from '../support/key-authorities.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer
let namespace: RealAuthorities['namespace']
let authorities: RealAuthorities['authorities']

beforeAll(async () => {
  rig = await startRig({ simulatedStores: true })
  customer = await rig.customer()
  ;({ namespace, authorities } = await keyAuthoritiesOf(rig.worker))
})
afterAll(() => rig.stop())
beforeEach(async () => {
  await rig.stores({ fault: 'none', writeLimit: false })
  rig.upstream.reset()
})

async function sql(...statements: [string, ...InValue[]][]) {
  const client = createClient({ url: rig.libsqlUrl })
  const results = await client.batch(statements.map(([text, ...args]) => ({ sql: text, args })))
  client.close()
  return results.at(-1)?.rows ?? []
}

async function rowOf(id: string) {
  const [row] = await sql(['SELECT * FROM api_keys WHERE id = ?', id])
  if (row === undefined) throw new Error(`There is no key ${id}`)
  return row
}

function use(token: string) {
  const headers = { 'X-API-Key': token, 'CF-Connecting-IP': '192.0.2.1' }
  return rig.send('/x', { method: 'POST', headers })
}

/** A key that was used and is in KV. */
async function usedKey(input: Record<string, unknown> = {}) {
  const key = await customer.createKey(input)
  await use(key.token)
  rig.upstream.reset()
  const lookupId = String((await rowOf(key.id))['lookup_id'])
  await untilPut(lookupId, 1)
  return { ...key, lookupId }
}

/** A put is made behind the answer. */
async function untilPut(lookupId: string, revision: number): Promise<void> {
  const name = `key:${lookupId}`
  const isThere = (text = '') => text.includes(`"revision":${revision}`)
  while (!isThere((await rig.stores()).values[name])) continue
}

/** As if it had changed so long ago. */
async function age(id: string, seconds: number): Promise<void> {
  await sql(['UPDATE api_keys SET revised_at = revised_at - ? WHERE id = ?', seconds * 1_000, id])
}

/** Rows that were edited once, and that no KV has; `enforced`: that their authorities have. */
async function insertRows(count: number, ipAcl: string, enforced: boolean): Promise<void> {
  const rows = Array.from({ length: count }, (_, i): [string, ...InValue[]] => [
    `INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token, application_name,
       platform, ip_acl, version, revision, enforced_revision, published_revision, created_at,
       updated_at, revised_at) VALUES (?, ?, ?, 'A', '-', 'x', 'web', ?, 2, 2, ?, 1, 1, 1, ?)`,
    `key_f${i.toString(16).padStart(31, '0')}`,
    customer.id,
    `inserted-${i}`,
    ipAcl,
    enforced ? 2 : 1,
    1_000 + i,
  ])
  for (let i = 0; i < count; i += 20) await sql(...rows.slice(i, i + 20))
}

/** How many inserted rows are in the outbox. */
async function left(): Promise<unknown> {
  const text = `SELECT count(*) AS n FROM api_keys
    WHERE published_revision < revision AND lookup_id LIKE 'inserted-%'`
  return (await sql([text]))[0]?.['n']
}

describe('the cron', () => {
  it('enforces what is pending though KV is down, and much waits for it', async () => {
    const { id, lookupId } = await usedKey()
    await rig.stores({ fault: 'throw on put' })
    await insertRows(500, '[]', true)
    const now = Date.now()
    await sql(['UPDATE api_keys SET revision = 2, revised_at = ? WHERE id = ?', now, id])
    await rig.worker.runCron()
    expect(await authorities.peek(lookupId)).toMatchObject({ revision: 2 })
    await sql(["DELETE FROM api_keys WHERE lookup_id LIKE 'inserted-%'"])
  })

  it('carries rows of any size', async () => {
    const entries = Array.from({ length: 1_000 }, (_, i) => {
      return `2001:db8:1234:5678:9abc:def0:1234:${(i + 4_096).toString(16)}/128`
    })
    await insertRows(220, JSON.stringify(entries), true)
    await rig.worker.runCron()
    expect(await left()).toBe(0)
    await sql(["DELETE FROM api_keys WHERE lookup_id LIKE 'inserted-%'"])
  })

  it('puts what is in the outbox, and lets it leave a minute after its revision', async () => {
    const { id, lookupId } = await usedKey()
    await customer.call('PATCH', `/keys/${id}`, { ip_acl: ['192.0.2.0/24'] })
    await untilPut(lookupId, 2)
    const putsOf = (puts: readonly string[]) => puts.filter((text) => text.includes(id)).length
    const before = putsOf((await rig.stores()).puts)

    await age(id, 50)
    await rig.worker.runCron()
    expect((await rowOf(id))['published_revision']).toBe(0)
    expect(putsOf((await rig.stores()).puts)).toBe(before + 1)

    await age(id, 11)
    await rig.worker.runCron()
    expect(await rowOf(id)).toMatchObject({ published_revision: 2, enforced_revision: 2 })
    expect(putsOf((await rig.stores()).puts)).toBe(before + 2)

    await rig.worker.runCron()
    expect(putsOf((await rig.stores()).puts)).toBe(before + 2)
  })

  it('puts what a late writer has spoilt meanwhile', async () => {
    const { id, lookupId } = await usedKey()
    const old = (await rig.stores()).values[`key:${lookupId}`] ?? ''
    await customer.call('PATCH', `/keys/${id}`, { ip_acl: ['10.0.0.0/8'] })
    await untilPut(lookupId, 2)
    await rig.stores({ put: [`key:${lookupId}`, old] })
    await age(id, 61)
    await rig.worker.runCron()
    const { values } = await rig.stores()
    expect(values[`key:${lookupId}`]).toContain('"revision":2')
  })
})

describe('a write', () => {
  it('puts its own row and no other', async () => {
    const keys = []
    while (keys.length < 5) keys.push(await usedKey())
    const { kvPuts } = await rig.stores()
    await Promise.all(
      keys.map(({ id }) => customer.call('PATCH', `/keys/${id}`, { ip_acl: ['192.0.2.0/24'] })),
    )
    for (const { lookupId } of keys) await untilPut(lookupId, 2)
    expect((await rig.stores()).kvPuts - kvPuts).toBe(5)
  })

  it('is done at once for the page and the next answer, whatever KV does', async () => {
    const { id } = await usedKey()
    await rig.stores({ fault: 'throw on put' })
    const edited = await customer.call('PATCH', `/keys/${id}`, { ip_acl: ['10.0.0.0/8'] })
    expect(edited.json).toMatchObject({ enforcement_state: 'done' })
    const shown = await customer.call('GET', `/keys/${id}`)
    expect(shown.json['enforcement_state']).toBe('done')
  })

  it('puts nothing that no authority has', async () => {
    const { id, token, lookupId } = await usedKey()
    // A writer records a deletion, and dies before it has told the authority.
    await sql([
      `UPDATE api_keys SET token_key = NULL, sealed_token = NULL, application_name = NULL,
         platform = NULL, ip_acl = NULL, revision = revision + 1, revised_at = ?, deleted_at = ?
       WHERE id = ?`,
      Date.now() - 61_000,
      Date.now(),
      id,
    ])
    await rig.worker.runCron()
    expect(await authorities.peek(lookupId)).toMatchObject({ kind: 'tombstone' })
    expect((await rowOf(id))['published_revision']).toBe(2)
    expect((await customer.call('DELETE', `/keys/${id}`)).status).toBe(200)
    expect((await use(token)).json).toMatchObject({ code: 'key_revoked' })
    expect(rig.upstream.received).toHaveLength(0)
  })
})

describe('a success', () => {
  /** Puts the database back to what it was before `act`. */
  async function restored(keyId: string, act: () => Promise<unknown>): Promise<void> {
    const key = await rowOf(keyId)
    const [account] = await sql(['SELECT * FROM accounts WHERE id = ?', String(key['account_id'])])
    await act()
    await rig.worker.runCron()
    await sql(
      [
        `UPDATE api_keys SET ip_acl = ?, version = ?, revision = ?, enforced_revision = ?,
           published_revision = ? WHERE id = ?`,
        ...['ip_acl', 'version', 'revision', 'enforced_revision', 'published_revision'].map(
          (column) => key[column] ?? null,
        ),
        keyId,
      ],
      [
        'UPDATE accounts SET status = ? WHERE id = ?',
        account?.['status'] ?? null,
        key['account_id'] ?? null,
      ],
    )
  }

  it('of an edit that changes nothing is true after a restore', async () => {
    const { id, token } = await usedKey()
    const tighten = { ip_acl: ['10.0.0.0/8'] }
    await restored(id, () => customer.call('PATCH', `/keys/${id}`, tighten))
    expect((await use(token)).json).toMatchObject({ code: 'ip_denied' })
    expect((await customer.call('PATCH', `/keys/${id}`, { ip_acl: [] })).status).toBe(200)
    expect((await use(token)).status).toBe(200)
  })

  it('of a suspension that stands already is true after a restore', async () => {
    const other = await rig.customer()
    const { id, token } = await other.createKey()
    const become = (status: string) => rig.operator('PATCH', `/accounts/${other.id}`, { status })
    await use(token)
    await become('suspended')
    await restored(id, () => become('active'))
    expect((await use(token)).status).toBe(200)
    rig.upstream.reset()
    expect((await become('suspended')).status).toBe(200)
    expect((await use(token)).json).toMatchObject({ code: 'account_inactive' })
    expect(rig.upstream.received).toHaveLength(0)
  })
})

describe('a record in the form of a later version', () => {
  const LATER = '{"format":99}'

  it('does not stay pending, where it is of the same revision', async () => {
    const { id, lookupId } = await usedKey()
    await sql(['UPDATE api_keys SET revision = 2, revised_at = 1 WHERE id = ?', id])
    await namespace.getByName(lookupId).advance({ revision: 2, gone: false, record: LATER })
    await rig.worker.runCron()
    expect(await rowOf(id)).toMatchObject({ revision: 3, enforced_revision: 3 })
    expect((await customer.call('PATCH', `/keys/${id}`, {})).status).toBe(200)
  })

  it('does not keep a change from going through, where it is of a lost revision', async () => {
    const { id, lookupId, token } = await usedKey()
    await namespace.getByName(lookupId).advance({ revision: 9, gone: false, record: LATER })
    const edited = await customer.call('PATCH', `/keys/${id}`, { ip_acl: ['10.0.0.0/8'] })
    expect(edited.status).toBe(200)
    expect(await authorities.peek(lookupId)).toMatchObject({ revision: 10 })
    expect((await use(token)).json).toMatchObject({ code: 'ip_denied' })
  })

  it('is honoured where it is *gone*', async () => {
    const { lookupId, token } = await usedKey()
    await namespace.getByName(lookupId).advance({ revision: 2, gone: true, record: LATER })
    expect((await use(token)).json).toMatchObject({ code: 'key_revoked' })
    expect(rig.upstream.received).toHaveLength(0)
  })
})
