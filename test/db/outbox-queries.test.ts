import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrateDatabase } from '../../scripts/local/migrate.ts'
import { type Sqld, startSqld } from '../../scripts/local/sqld.ts'
import { connect } from '../../src/db/client.ts'
import { listRevisedSince } from '../../src/db/outbox-queries.ts'
import { accounts } from '../../src/db/schema.ts'
import { insertKeys } from '../support/insert-keys.ts'

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

it('listRevisedSince() gives each row its turn, whatever time it is', async () => {
  const db = connect(sqld.url, undefined)
  const names = { email: 'a@example.com', emailKey: 'a@example.com', name: 'A', passwordHash: '' }
  const times = { createdAt: 0, updatedAt: 0 }
  await db
    .insert(accounts)
    .values({ id: 'acc_1', ...names, status: 'active', version: 1, ...times })
  await insertKeys(sqld.url, 'acc_1', 18)
  for (const first of [0, 29_399_221]) {
    const listed: string[] = []
    for (let turn = first; turn < first + 9; turn++) {
      listed.push(...(await listRevisedSince(db, -1, 2, turn, 9)))
    }
    expect(new Set(listed).size).toBe(18)
  }
})
