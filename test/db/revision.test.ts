// Which changes a row comes from, as a real libSQL notes them.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client/web'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { insertKeys } from '../../harness/insert-keys.ts'
import { migrateDatabase } from '../../harness/migrate.ts'
import { type Sqld, startSqld } from '../../harness/sqld.ts'
import { auditEvent } from '../../src/admin/audit.ts'
import { findAccount, updateAccount } from '../../src/db/account-queries.ts'
import { connect, type Database } from '../../src/db/client.ts'
import type { KeyRow } from '../../src/db/key-rows.ts'
import { markLeaked } from '../../src/db/leak-queries.ts'
import {
  findKeys,
  markEnforced,
  markPublished,
  raiseRevision,
  recordLostEnd,
} from '../../src/db/outbox-queries.ts'

const KEY = `key_acc_1${'0'.repeat(24)}`
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-test-'))
let sqld: Sqld
let db: Database

beforeAll(async () => {
  sqld = await startSqld(join(dir, 'libsql'), join(dir, 'libsql.log'))
  await migrateDatabase(sqld.url, undefined)
  db = connect(sqld.url, undefined)
  await sql(`INSERT INTO accounts (id, email, email_key, name, status, password_hash, version,
    created_at, updated_at) VALUES ('acc_1', 'a', 'a', 'A', 'active', '-', 1, 0, 0)`)
})
afterAll(async () => {
  await sqld.stop()
  rmSync(dir, { recursive: true, force: true })
})
beforeEach(async () => {
  await sql('DELETE FROM api_keys')
  await insertKeys(sqld.url, 'acc_1', 2)
})

async function sql(text: string): Promise<void> {
  const client = createClient({ url: sqld.url })
  await client.execute(text)
  client.close()
}

async function read(id = KEY): Promise<KeyRow & { readonly kind: 'live' }> {
  const [row] = await findKeys(db, [id])
  if (row?.kind !== 'live') throw new Error('the key is gone')
  return row
}

/** Raises the revision of every key of the account. */
async function changeStatus(status: 'active' | 'suspended'): Promise<void> {
  const account = await findAccount(db, 'acc_1')
  const actor = { kind: 'gateway', accountId: 'acc_1', address: null } as const
  if (account === undefined) throw new Error('the account is gone')
  await updateAccount(db, account, { status }, auditEvent('account.update', actor, 5))
}

async function idAfter(change: () => Promise<unknown>): Promise<string> {
  await change()
  return (await read()).lineage?.changeId ?? 'none'
}

const suspend = () => changeStatus('suspended')
const activate = () => changeStatus('active')

describe('a row comes from', () => {
  it('nothing that is known, before its first change', async () => {
    expect(await read()).toMatchObject({ revision: 1, lineage: null })
  })

  it('all its changes that are not known to hold, and from the last one that was', async () => {
    const first = await idAfter(suspend)
    expect(first).toMatch(/^2\.[0-9a-f]{16}$/)
    expect((await read()).lineage).toEqual({ changeId: first, ancestors: [], heldRevision: 1 })
    await markEnforced(db, [{ id: KEY, revision: 2 }])
    const second = await idAfter(activate)
    const third = await idAfter(suspend)
    expect((await read()).lineage).toEqual({
      changeId: third,
      ancestors: [first, second],
      heldRevision: 2,
    })
    await markPublished(db, [{ id: KEY, revision: 4 }])
    const fourth = await idAfter(activate)
    expect((await read()).lineage).toEqual({
      changeId: fourth,
      ancestors: [third],
      heldRevision: 4,
    })
  })

  it('what it was compared with', async () => {
    const own = await idAfter(suspend)
    const held = { revision: 9, changeId: '9.lost' }
    expect(await raiseRevision(db, await read(), null, held, 6)).toBe(true)
    const { revision, lineage } = await read()
    expect(revision).toBe(10)
    expect(lineage).toMatchObject({ ancestors: [own, '9.lost'] })
    expect(lineage?.changeId).toMatch(/^10\.[0-9a-f]{16}$/)
    // What a row has passed already keeps it from no higher number.
    await raiseRevision(db, await read(), null, { revision: 3, changeId: '3.lost' }, 7)
    expect(await read()).toMatchObject({
      revision: 11,
      lineage: { ancestors: [own, '9.lost', lineage?.changeId, '3.lost'] },
    })
    await activate()
  })

  it('its changes also where one ended a token, or told of a leak', async () => {
    const row = await read()
    const [token] = row.tokens
    if (token === undefined) throw new Error('the token is gone')
    const ended = await idAfter(() => recordLostEnd(db, row, token, 4, 4))
    const actor = { kind: 'operator', accountId: 'acc_1', operator: 'x', address: null } as const
    const event = auditEvent('key.leaked', actor, 5, { keyId: KEY })
    await markLeaked(db, await read(), event)
    expect((await read()).lineage).toMatchObject({ ancestors: [ended] })
  })

  it('so many that a row stays small, the last one that held among them', async () => {
    const first = await idAfter(suspend)
    await markEnforced(db, [{ id: KEY, revision: 2 }])
    for (let i = 0; i < 40; i++) {
      await activate()
      await suspend()
    }
    const { lineage, revision } = await read()
    expect(revision).toBe(82)
    expect(lineage?.changeId).toMatch(/^82\./)
    expect(lineage?.ancestors[0]).toBe(first)
    expect(lineage?.ancestors.length).toBeLessThan(64)
    await activate()
  })

  it('changes of its own: no two keys of an account share an id', async () => {
    const own = await idAfter(suspend)
    const other = await read(KEY.replace(/0$/, '1'))
    expect(other.lineage?.changeId).toMatch(/^2\./)
    expect(other.lineage?.changeId).not.toBe(own)
    await activate()
  })
})

describe('a row that a version without lineages has changed', () => {
  it('comes from nothing that is known, until it is changed again', async () => {
    const first = await idAfter(suspend)
    await sql('UPDATE api_keys SET revision = revision + 1, revised_at = 6')
    expect(await read()).toMatchObject({ revision: 3, lineage: null })
    await activate()
    expect((await read()).lineage).toMatchObject({ ancestors: [first], heldRevision: 1 })
  })
})
