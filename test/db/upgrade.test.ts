// A database of an older version goes on working: its rows are as they were after each migration, and
// what is new has a value in them.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client/web'
import { drizzle } from 'drizzle-orm/libsql/web'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateDatabase } from '../../harness/migrate.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { type Sqld, startSqld } from '../../harness/sqld.ts'
import { auditEvent } from '../../src/admin/audit.ts'
import { findAccountByEmail, updateAccount } from '../../src/db/account-queries.ts'
import { listEvents } from '../../src/db/audit-queries.ts'
import { connect } from '../../src/db/client.ts'
import { insertKey, listKeys } from '../../src/db/key-queries.ts'
import { hasUntaggedSession } from '../../src/db/session-queries.ts'

const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-test-'))
let sqld: Sqld

beforeAll(async () => {
  sqld = await startSqld(join(dir, 'libsql'), join(dir, 'libsql.log'))
})
afterAll(async () => {
  await sqld.stop()
  rmSync(dir, { recursive: true, force: true })
})

interface Journal {
  readonly entries: readonly { readonly tag: string }[]
}

describe('a database from before accounts had a key_limit', () => {
  it('has its rows, each account with 100 keys, and takes what is new', async () => {
    await migrateUpTo('0003_query_indexes')
    const client = createClient({ url: sqld.url })
    await client.batch(
      [
        `INSERT INTO accounts (id, email, email_key, name, status, password_hash, version, created_at, updated_at)
         VALUES ('acc_1', 'A@example.com', 'a@example.com', 'A', 'active', 'x', 3, 1, 2)`,
        `INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token, application_name, platform,
           ip_acl, version, revision, enforced_revision, published_revision, created_at, updated_at, revised_at)
         VALUES ('key_1', 'acc_1', 'l1', 'A', 'A.x', 'CRM', 'web', '["192.0.2.0/24"]', 1, 1, 1, 1, 1, 1, 1)`,
        `INSERT INTO sessions (id, token_hash, account_id, created_at, last_seen_at)
         VALUES ('ses_1', 'h', 'acc_1', 1, 1)`,
        `INSERT INTO audit_events (id, at, account_id, key_id, actor, action, changes)
         VALUES ('evt_1', 1, 'acc_1', 'key_1', 'customer', 'key.update', '{"ip_acl":[[],["192.0.2.0/24"]]}')`,
      ],
      'write',
    )
    client.close()
    await migrateDatabase(sqld.url, undefined)
    await migrateDatabase(sqld.url, undefined)

    const db = connect(sqld.url, undefined)
    const account = await findAccountByEmail(db, {
      emailKey: 'a@example.com',
      canonicalEmail: 'a@example.com',
    })
    if (account === undefined) throw new Error('the account is gone')
    expect(account).toMatchObject({
      id: 'acc_1',
      email: 'A@example.com',
      version: 3,
      keyLimit: 100,
      canonicalEmail: null,
    })
    expect(await hasUntaggedSession(db)).toBe(true)
    expect(await listKeys(db, 'acc_1', 10, undefined)).toMatchObject([
      { id: 'key_1', details: { applicationName: 'CRM', ipAcl: ['192.0.2.0/24'] } },
    ])
    const all = { accountId: 'acc_1', keyId: undefined, before: undefined }
    expect(await listEvents(db, all, 10)).toMatchObject([
      { id: 'evt_1', changes: { ip_acl: [[], ['192.0.2.0/24']] } },
    ])

    const event = (action: 'key.create' | 'account.update') => {
      const actor = { kind: 'customer', accountId: 'acc_1', address: null } as const
      return auditEvent(action, actor, Date.now())
    }
    const limited = await updateAccount(db, account, { keyLimit: 1 }, event('account.update'))
    expect(limited?.account).toMatchObject({ keyLimit: 1, version: 4 })
    const key = {
      id: 'key_2',
      accountId: 'acc_1',
      lookupId: 'l2',
      tokenKey: 'A',
      sealedToken: 'A.x',
      details: {
        applicationName: 'ERP',
        applicationWebsite: null,
        platform: 'web',
        ipAcl: [],
        ipAclMode: 'enforce',
      },
      idempotency: undefined,
    } as const
    const authority = { sessionId: 'ses_1' }
    expect(await insertKey(db, key, authority, event('key.create'))).toEqual({
      kind: 'limit_reached',
      limit: 1,
    })
  })
})

/** Applies the migrations up to one, as the version did that had no later ones. */
async function migrateUpTo(tag: string): Promise<void> {
  const folder = join(dir, 'drizzle')
  cpSync(join(PROJECT_DIR, 'drizzle'), folder, { recursive: true })
  const path = join(folder, 'meta/_journal.json')
  const journal = JSON.parse(readFileSync(path, 'utf8')) as Journal
  const end = journal.entries.findIndex((entry) => entry.tag === tag) + 1
  expect(end).toBeGreaterThan(0)
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, end) }))
  const client = createClient({ url: sqld.url })
  await migrate(drizzle(client), { migrationsFolder: folder })
  client.close()
}
