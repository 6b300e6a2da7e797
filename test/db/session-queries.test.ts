import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrateDatabase } from '../../harness/migrate.ts'
import { type Sqld, startSqld } from '../../harness/sqld.ts'
import { connect } from '../../src/db/client.ts'
import { accounts } from '../../src/db/schema/accounts.ts'
import { sessions } from '../../src/db/schema/sessions.ts'
import { deleteDeadSessions } from '../../src/db/session-queries.ts'

const LIMITS = { createdAfter: 1_000, seenAfter: 5_000 }

const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-test-'))
let sqld: Sqld

beforeAll(async () => {
  sqld = await startSqld(join(dir, 'libsql'), join(dir, 'libsql.log'))
  await migrateDatabase(sqld.url, undefined)
})

afterAll(async () => {
  await sqld.stop()
  rmSync(dir, { recursive: true, force: true })
})

it('deleteDeadSessions() removes those that are too old or idle, and no other', async () => {
  const db = connect(sqld.url, undefined)
  await db.insert(accounts).values({
    id: 'acc_1',
    email: 'a@example.com',
    emailKey: 'a@example.com',
    name: 'A',
    status: 'active',
    passwordHash: '',
    version: 1,
    createdAt: 0,
    updatedAt: 0,
  })
  const rows = [
    { id: 'live', createdAt: 1_001, lastSeenAt: 5_001 },
    { id: 'too old', createdAt: 1_000, lastSeenAt: 5_001 },
    { id: 'idle', createdAt: 1_001, lastSeenAt: 5_000 },
    { id: 'both', createdAt: 1_000, lastSeenAt: 5_000 },
  ]
  await db
    .insert(sessions)
    .values(rows.map((row) => ({ ...row, tokenHash: row.id, accountId: 'acc_1' })))
  await deleteDeadSessions(db, LIMITS)
  expect(await db.select({ id: sessions.id }).from(sessions)).toEqual([{ id: 'live' }])
})
