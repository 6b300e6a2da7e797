// A database of an older version goes on working: its rows are as they were after each migration, and
// what is new has a value in them.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client/web'
import { drizzle } from 'drizzle-orm/libsql/web'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrateDatabase } from '../../harness/migrate.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { type Sqld, startSqld } from '../../harness/sqld.ts'
import { makeSecrets } from '../../harness/secrets.ts'
import { ringFaults } from '../../scripts/deployment/ring-keys.ts'
import { auditEvent } from '../../src/admin/audit.ts'
import { updateAccount } from '../../src/db/account-queries.ts'
import { listEvents } from '../../src/db/audit-queries.ts'
import { connect } from '../../src/db/client.ts'
import {
  findUserBySubject,
  insertConfirmation,
  spendConfirmation,
} from '../../src/db/identity-queries.ts'
import { findKeyRecord, listKeys } from '../../src/db/key-queries.ts'
import { insertKey } from '../../src/db/new-key-queries.ts'
import { storeLastFour } from '../../src/db/last-four-queries.ts'
import { findKeys, raiseRevision } from '../../src/db/outbox-queries.ts'
import { checkPassword } from '../../src/admin/password.ts'
import { findSession, hasUntaggedSession, insertSession } from '../../src/db/session-queries.ts'
import {
  deleteUser,
  findUser,
  findUserByEmail,
  insertUser,
  listUsers,
  replacePasswordHash,
  updateUser,
} from '../../src/db/user-queries.ts'

const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-test-'))
let sqld: Sqld

beforeEach(async () => {
  const data = mkdtempSync(join(dir, 'libsql-'))
  sqld = await startSqld(data, `${data}.log`)
})
afterEach(() => sqld.stop())
afterAll(() => rmSync(dir, { recursive: true, force: true }))

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
    const found = await findUserByEmail(db, {
      emailKey: 'a@example.com',
      canonicalEmail: 'a@example.com',
    })
    if (found === undefined) throw new Error('the account is gone')
    const { account } = found
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
    expect(limited).toMatchObject({ account: { keyLimit: 1, version: 4 } })
    const key = {
      id: 'key_2',
      accountId: 'acc_1',
      lookupId: 'l2',
      tokenKey: 'A',
      sealedToken: 'A.x',
      lastFour: 'wxyz',
      details: {
        applicationName: 'ERP',
        applicationWebsite: null,
        platform: 'web',
        ipAcl: [],
        ipAclMode: 'enforce',
        ipAclNotes: {},
        enabled: true,
        expiresAt: null,
        rateLimit: null,
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

const NOW = 1_800_000_000_000

const SECOND_OWNER = {
  accountId: 'acc_1',
  email: 'B@example.com',
  emailKey: 'b@example.com',
  canonicalEmail: 'b@example.com',
  name: 'B',
  role: 'owner',
  status: 'active',
  passwordHash: 'b',
  version: 1,
  createdAt: 1,
  updatedAt: 1,
} as const

const ACCOUNT = `INSERT INTO accounts (id, email, email_key, name, status, password_hash, version, created_at,
  updated_at) VALUES ('acc_1', 'a@example.com', 'a@example.com', 'A', 'active', 'x', 1, 1, 1)`

const oldSession = (id: string) => `INSERT INTO sessions (id, token_hash, account_id, created_at,
  last_seen_at, is_tagged) VALUES ('${id}', '${id}', 'acc_1', ${NOW}, ${NOW}, 1)`
const limits = { createdAfter: 0, seenAfter: 0 }

/** As a version does that knows no table of tokens. */
function insertOldKey(id: string, lookupId: string): string {
  return `INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token, application_name, platform,
    ip_acl, version, revision, enforced_revision, published_revision, created_at, updated_at, revised_at)
    VALUES ('${id}', 'acc_1', '${lookupId}', 'A', 'A.x', 'CRM', 'web', '[]', 1, 1, 1, 1, 1, 1, 1)`
}

describe('a database from before tokens had a table', () => {
  it('has a token for each key, also for those that an older version makes and deletes', async () => {
    await migrateUpTo('0014_audit_operator')
    const client = createClient({ url: sqld.url })
    await client.batch([ACCOUNT, insertOldKey('key_1', 'l1')], 'write')
    // A deployment compares the ring keys before it migrates.
    const { TOKEN_KEYS } = await makeSecrets()
    const other = { TOKEN_KEYS: TOKEN_KEYS.replace(/^A/, 'B') }
    const lacks = { detail: expect.stringContaining('TOKEN_KEYS lacks the key "A"') as string }
    expect(await ringFaults(sqld.url, undefined, other)).toMatchObject([lacks])
    await migrateDatabase(sqld.url, undefined)
    expect(await ringFaults(sqld.url, undefined, other)).toMatchObject([lacks])
    await client.batch([insertOldKey('key_2', 'l2'), insertOldKey('key_3', 'l3')], 'write')
    await client.execute(`UPDATE api_keys SET deleted_at = 2, revision = 2, token_key = NULL,
      sealed_token = NULL, application_name = NULL, platform = NULL, ip_acl = NULL WHERE id = 'key_3'`)
    const { rows } = await client.execute('SELECT lookup_id, sealed_token FROM tokens ORDER BY 1')
    client.close()
    expect(rows.map((row) => [row['lookup_id'], row['sealed_token']])).toEqual([
      ['l1', 'A.x'],
      ['l2', 'A.x'],
      ['l3', null],
    ])
    const db = connect(sqld.url, undefined)
    const recordOf = async (lookupId: string) => (await findKeyRecord(db, lookupId))?.record
    expect(await recordOf('l1')).toMatchObject({ kind: 'live', keyId: 'key_1' })
    expect(await recordOf('l2')).toMatchObject({ kind: 'live', keyId: 'key_2' })
    expect(await recordOf('l3')).toMatchObject({ kind: 'tombstone', replacedAtMs: null })
  })

  it('keeps the last four characters of a token no longer than the token', async () => {
    await migrateDatabase(sqld.url, undefined)
    const client = createClient({ url: sqld.url })
    await client.batch([ACCOUNT, insertOldKey('key_1', 'l1')], 'write')
    const lastFour = async () => (await client.execute('SELECT last_four FROM tokens')).rows[0]?.[0]
    expect(await lastFour()).toBeNull()
    await storeLastFour(connect(sqld.url, undefined), [{ lookupId: 'l1', lastFour: 'wxyz' }])
    expect(await lastFour()).toBe('wxyz')
    await client.execute(
      "UPDATE api_keys SET deleted_at = 2, sealed_token = NULL WHERE id = 'key_1'",
    )
    expect(await lastFour()).toBeNull()
    client.close()
  })

  it('takes back the end of a token that a restored database has lost', async () => {
    await migrateDatabase(sqld.url, undefined)
    const client = createClient({ url: sqld.url })
    await client.batch([ACCOUNT, insertOldKey('key_1', 'l1')], 'write')
    const db = connect(sqld.url, undefined)
    const [row] = await findKeys(db, ['key_1'])
    if (row?.kind !== 'live') throw new Error('the key is gone')
    const actor = { kind: 'gateway', accountId: 'acc_1', address: null } as const
    const event = auditEvent('key.update', actor, 7)
    const { ipAcl, ipAclMode, enabled, expiresAt, rateLimit } = row.details
    const settings = { ipAcl, ipAclMode, enabled, expiresAt, rateLimit, leakedAt: null }
    await raiseRevision(
      db,
      row,
      { ...settings, lookupId: 'l1', endsAt: 9, event },
      { revision: 4 },
      7,
    )
    const { rows } = await client.execute('SELECT replaced_at, ends_at FROM tokens')
    client.close()
    expect(rows[0]).toMatchObject({ replaced_at: 7, ends_at: 9 })
    expect(await findKeyRecord(db, 'l1')).toMatchObject({ record: { revision: 5, endsAtMs: 9 } })
  })

  it('is written by an older version without a paused or limited key being let in', async () => {
    await migrateDatabase(sqld.url, undefined)
    const client = createClient({ url: sqld.url })
    await client.batch([ACCOUNT, insertOldKey('key_1', 'l1')], 'write')
    // An older version cannot read a live row without its sealed token, and answers 503.
    const sealed = async () => {
      const { rows } = await client.execute('SELECT sealed_token FROM api_keys')
      return rows[0]?.['sealed_token']
    }
    for (const [column, restricted, open] of [
      ['enabled', '0', '1'],
      ['expires_at', '5', 'NULL'],
      ['leaked_at', '5', 'NULL'],
      ['rate_limit', `'{"requests":1,"perSeconds":60}'`, 'NULL'],
    ]) {
      await client.execute(`UPDATE api_keys SET ${column} = ${restricted}`)
      expect(await sealed(), column).toBeNull()
      await client.execute(`UPDATE api_keys SET ${column} = ${open}`)
      expect(await sealed(), column).toBe('A.x')
    }
    await client.execute(`UPDATE accounts SET rate_limit = '{"requests":1,"perSeconds":60}'`)
    expect(await sealed()).toBeNull()
    await client.execute('UPDATE accounts SET rate_limit = NULL')
    expect(await sealed()).toBe('A.x')
    await client.execute("UPDATE tokens SET replaced_at = 5, ends_at = 9 WHERE lookup_id = 'l1'")
    await client.execute(`INSERT INTO tokens (lookup_id, key_id, token_key, sealed_token, created_at)
      VALUES ('l2', 'key_1', 'A', 'A.y', 5)`)
    expect(await sealed()).toBeNull()
    await client.execute("UPDATE tokens SET ended_at = 9, is_final = 1 WHERE lookup_id = 'l1'")
    expect(await sealed()).toBe('A.y')
    client.close()
  })
})

describe('a database from before events were posted', () => {
  it('has no old events to post, and each one that an older version writes', async () => {
    const insertOld = (id: string, action: string, key: string) =>
      `INSERT INTO audit_events (id, at, account_id, key_id, actor, operator, action, changes)
       VALUES ('${id}', 5, 'acc_1', ${key}, 'gateway', NULL, '${action}', '{}')`
    await migrateUpTo('0015_tokens')
    const client = createClient({ url: sqld.url })
    await client.batch([ACCOUNT, insertOldKey('key_1', 'l1')], 'write')
    await client.execute("UPDATE api_keys SET expires_at = 4 WHERE id = 'key_1'")
    await client.execute(insertOld('evt_1', 'key.create', "'key_1'"))
    await migrateDatabase(sqld.url, undefined)
    await client.batch(
      [
        insertOld('evt_2', 'key.expire', "'key_1'"),
        insertOld('evt_3', 'session.create', 'NULL'),
        insertOld('evt_4', 'session.delete', 'NULL'),
      ],
      'write',
    )
    const { rows } = await client.execute(
      'SELECT type, lane, status, data FROM event_deliveries ORDER BY sequence',
    )
    client.close()
    expect(rows.map((row) => [row['type'], row['lane'], row['status'], row['data']])).toEqual([
      ['key.expire', 'key_1', 'next', null],
      ['key.expired', 'key_1', 'queued', '{"expires_at":4}'],
      ['session.create', 'acc_1', 'next', null],
      ['session.delete', 'acc_1', 'queued', null],
    ])
  })
})

describe('a database from before accounts had users', () => {
  it('has an owner for each account, who has the sessions and the networks', async () => {
    await migrateUpTo('0015_tokens')
    const client = createClient({ url: sqld.url })
    const network = `INSERT INTO log_in_networks (network, account_id, last_at) VALUES ('n', 'acc_1', 1)`
    const event = `INSERT INTO audit_events (id, at, account_id, actor, action)
      VALUES ('evt_1', 1, 'acc_1', 'customer', 'session.create')`
    await client.batch([ACCOUNT, oldSession('ses_1'), network, event], 'write')
    await migrateDatabase(sqld.url, undefined)
    const db = connect(sqld.url, undefined)
    const owner = { id: 'usr_1', accountId: 'acc_1', email: 'a@example.com', name: 'A' }
    const rights = { role: 'owner', status: 'active', passwordHash: 'x', lastLoginAt: null }
    expect(await listUsers(db, 'acc_1', 10, undefined)).toMatchObject([{ ...owner, ...rights }])
    expect(await findSession(db, ['ses_1'], limits)).toMatchObject({ user: owner })
    const { rows } = await client.execute('SELECT user_id FROM log_in_networks')
    client.close()
    expect(rows[0]?.['user_id']).toBe('usr_1')
    const all = { accountId: 'acc_1', keyId: undefined, before: undefined }
    expect(await listEvents(db, all, 10)).toMatchObject([{ userId: null, userEmail: null }])
  })

  it('is written by an older version, whose accounts, passwords and sessions are those of owners', async () => {
    await migrateDatabase(sqld.url, undefined)
    const client = createClient({ url: sqld.url })
    const network = `INSERT INTO log_in_networks (network, account_id, last_at) VALUES ('n', 'acc_1', 1)`
    await client.batch([ACCOUNT, oldSession('ses_1'), network], 'write')
    const db = connect(sqld.url, undefined)
    const found = await findSession(db, ['ses_1'], limits)
    expect(found?.user).toMatchObject({ id: 'usr_1', role: 'owner', lastLoginAt: NOW })
    const { rows } = await client.execute('SELECT user_id FROM log_in_networks')
    expect(rows[0]?.['user_id']).toBe('usr_1')
    await client.execute(
      "UPDATE accounts SET password_hash = 'y', canonical_email = 'a@example.com'",
    )
    client.close()
    const user = await findUser(db, 'usr_1')
    expect(user).toMatchObject({ passwordHash: 'y', canonicalEmail: 'a@example.com' })
  })

  it('lets an older version log in as the oldest active owner, and as nobody else', async () => {
    await migrateDatabase(sqld.url, undefined)
    const client = createClient({ url: sqld.url })
    await client.execute(ACCOUNT)
    const db = connect(sqld.url, undefined)
    const logIn = async () => {
      const { rows } = await client.execute(
        'SELECT email, email_key, canonical_email, password_hash FROM accounts',
      )
      return rows[0]
    }
    const event = () => {
      const actor = { kind: 'operator', accountId: 'acc_1', address: null } as const
      return auditEvent('user.update', actor, NOW)
    }
    const first = await findUser(db, 'usr_1')
    const second = await insertUser(db, { ...SECOND_OWNER, id: 'usr_2' }, event())
    if (first === undefined || second === undefined) throw new Error('a user is not there')
    expect(await logIn()).toMatchObject({ email: 'a@example.com', password_hash: 'x' })
    await replacePasswordHash(db, 'usr_1', 'x', 'y')
    expect(await logIn()).toMatchObject({ password_hash: 'y' })
    await updateUser(db, first, { role: 'viewer' }, event())
    const { email, emailKey, canonicalEmail, passwordHash } = SECOND_OWNER
    expect(await logIn()).toMatchObject({
      email,
      email_key: emailKey,
      canonical_email: canonicalEmail,
      password_hash: passwordHash,
    })
    expect(await deleteUser(db, second, event())).toBe(false)
    // By hand, against the rule: then no password fits.
    await client.execute("UPDATE users SET status = 'disabled'")
    const locked = String((await logIn())?.['password_hash'])
    expect(await checkPassword(locked, 'anything')).toEqual({ matches: false, outdated: false })
    await client.execute("UPDATE accounts SET password_hash = 'z'")
    expect(await logIn()).toMatchObject({ password_hash: locked })
    await client.execute(oldSession('ses_1'))
    client.close()
    expect(await findSession(db, ['ses_1'], limits)).toBeUndefined()
  })

  it('hides the sessions of viewers from an older version, which lets every session change keys', async () => {
    await migrateDatabase(sqld.url, undefined)
    const client = createClient({ url: sqld.url })
    await client.execute(ACCOUNT)
    const db = connect(sqld.url, undefined)
    const none = { tokenHashes: [], maxSessions: 9, limits }
    const actor = { kind: 'customer', accountId: 'acc_1', address: null } as const
    for (const role of ['viewer', 'manager'] as const) {
      const canonicalEmail = `${role}@example.com`
      const forms = { emailKey: canonicalEmail, canonicalEmail }
      const user = { ...SECOND_OWNER, ...forms, id: `usr_${role}`, role }
      const inserted = await insertUser(db, user, auditEvent('user.create', actor, NOW))
      if (inserted === undefined) throw new Error('the user is not there')
      const times = { createdAt: NOW, lastSeenAt: NOW, address: null, userAgent: null }
      const session = { id: `ses_${role}`, tokenHash: role, user: inserted, ...times }
      await insertSession(db, session, none, auditEvent('session.create', actor, NOW))
      expect(await findSession(db, [role], limits)).toMatchObject({ user: { role } })
    }
    const { rows } = await client.execute(
      "SELECT id FROM sessions WHERE token_hash IN ('viewer', 'manager')",
    )
    client.close()
    expect(rows.map(({ id }) => id)).toEqual(['ses_manager'])
  })
})

describe('a database from before unused keys were noticed', () => {
  it('looks at its keys in 90 days, and at those that an older version makes 90 days after', async () => {
    await migrateUpTo('0018_users')
    const client = createClient({ url: sqld.url })
    await client.batch([ACCOUNT, insertOldKey('key_1', 'l1')], 'write')
    await migrateDatabase(sqld.url, undefined)
    await client.execute(insertOldKey('key_2', 'l2'))
    const { rows } = await client.execute('SELECT unused_check_at FROM api_keys ORDER BY id')
    client.close()
    const [old, made] = rows.map((row) => Number(row['unused_check_at']))
    const days = 90 * 24 * 3_600_000
    expect(Math.abs((old ?? 0) - Date.now() - days)).toBeLessThan(60_000)
    expect(made).toBe(1 + days)
  })
})

describe('a database from before identity providers', () => {
  it('keeps its users and sessions as local ones, and takes people of a provider', async () => {
    await migrateUpTo('0020_unused_check')
    const client = createClient({ url: sqld.url })
    await client.batch(
      [
        ACCOUNT,
        `INSERT INTO sessions (id, token_hash, account_id, created_at, last_seen_at)
         VALUES ('ses_1', 'h', 'acc_1', 1, 1)`,
      ],
      'write',
    )
    await migrateDatabase(sqld.url, undefined)
    const db = connect(sqld.url, undefined)
    const local = await findSession(db, ['h'], limits)
    expect(local).toMatchObject({ user: { issuer: null, subject: null } })
    expect(local).toMatchObject({ session: { providerSid: null } })
    const issuer = 'https://login.example.com'
    expect(await findSession(db, ['h'], limits, issuer)).toBeUndefined()
    const person = { issuer, subject: 'person' }
    const { emailKey: _, canonicalEmail: __, passwordHash: ___, ...user } = SECOND_OWNER
    const event = () =>
      auditEvent('user.create', { kind: 'gateway', accountId: 'acc_1', address: null }, NOW)
    const made = await insertUser(db, { ...user, ...person, id: 'usr_p' }, event())
    expect(made).toMatchObject(person)
    expect(await insertUser(db, { ...user, ...person, id: 'usr_q' }, event())).toBeUndefined()
    expect(await findUserBySubject(db, person)).toMatchObject({ user: { id: 'usr_p' } })
    // An older version still finds the account by its first owner.
    const { rows } = await client.execute('SELECT email_key FROM accounts')
    client.close()
    expect(rows[0]?.['email_key']).toBe(local?.account.emailKey)
  })
})

describe('a database from before users had second factors', () => {
  it('has sessions as before, and starts none without the second factor of who has one', async () => {
    await migrateUpTo('0020_unused_check')
    const client = createClient({ url: sqld.url })
    await client.batch([ACCOUNT, oldSession('ses_1')], 'write')
    await migrateDatabase(sqld.url, undefined)
    const db = connect(sqld.url, undefined)
    expect(await findSession(db, ['ses_1'], limits)).toMatchObject({ hasSecondFactor: false })
    const factor = (confirmedAt: string) => `INSERT OR REPLACE INTO second_factors
      (user_id, sealed_secret, created_at, confirmed_at) VALUES ('usr_1', 'A.x', 1, ${confirmedAt})`
    const { event, user } = await ownerOf(db)
    const times = { createdAt: NOW, lastSeenAt: NOW, address: null, userAgent: null }
    const none = { tokenHashes: [], maxSessions: 9, limits }
    const start = (id: string, hasSecondFactor: boolean) =>
      insertSession(db, { id, tokenHash: id, user, hasSecondFactor, ...times }, none, event())
    await client.batch([factor('NULL'), oldSession('ses_2')], 'write')
    expect(await start('ses_3', false)).toBe(true)
    // As versions without users, and with users, start a session.
    const withUser = `INSERT INTO sessions (id, token_hash, account_id, user_id, created_at, last_seen_at)
      VALUES ('ses_5', 'ses_5', 'acc_1', 'usr_1', ${NOW}, ${NOW})`
    await client.batch([factor('2'), oldSession('ses_4'), withUser], 'write')
    expect(await start('ses_6', false)).toBe(false)
    expect(await start('ses_7', true)).toBe(true)
    const { rows } = await client.execute('SELECT id FROM sessions ORDER BY id')
    client.close()
    expect(rows.map(({ id }) => id)).toEqual(['ses_1', 'ses_2', 'ses_3', 'ses_7'])
  })

  async function ownerOf(db: ReturnType<typeof connect>) {
    const user = await findUser(db, 'usr_1')
    if (user === undefined) throw new Error('the user is not there')
    const actor = { kind: 'customer', accountId: 'acc_1', address: null } as const
    return { user, event: () => auditEvent('session.create', actor, NOW) }
  }
})

describe('a database from before confirmations were for one call', () => {
  it('takes those of an older version for any call, and those of this one for theirs', async () => {
    await migrateUpTo('0025_second_factors')
    const client = createClient({ url: sqld.url })
    const older = (hash: string) => `INSERT INTO confirmations (hash, session_id, expires_at)
      VALUES ('${hash}', 'ses_1', ${NOW + 1})`
    await client.batch([ACCOUNT, oldSession('ses_1'), older('before')], 'write')
    await migrateDatabase(sqld.url, undefined)
    await client.execute(older('beside'))
    const db = connect(sqld.url, undefined)
    const spend = (hash: string, keyId: string) => {
      const sent = { hashes: [hash], sessionId: 'ses_1' }
      return spendConfirmation(db, sent, { name: 'show_token', keyId }, NOW)
    }
    expect([await spend('before', 'key_1'), await spend('beside', 'key_1')]).toEqual([true, true])
    const own = { sessionId: 'ses_1', expiresAt: NOW + 1, keyId: 'key_1' }
    for (const hash of ['own', 'older']) {
      expect(await insertConfirmation(db, { hash, call: 'show_token', ...own })).toBe(true)
    }
    expect([await spend('own', 'key_2'), await spend('own', 'key_1')]).toEqual([false, true])
    // An older version spends one as before, for whatever it was.
    const spent = await client.execute(`DELETE FROM confirmations
      WHERE hash IN ('older') AND session_id = 'ses_1' AND expires_at > ${NOW}`)
    client.close()
    expect(spent.rowsAffected).toBe(1)
  })
})

describe('a database from before rows knew the changes that they come from', () => {
  it('has rows that come from nothing that is known, until they are changed', async () => {
    await migrateUpTo('0026_provider_logouts')
    const client = createClient({ url: sqld.url })
    await client.batch([ACCOUNT, insertOldKey('key_1', 'l1')], 'write')
    await client.execute("UPDATE api_keys SET revision = 5, ip_acl = '[]' WHERE id = 'key_1'")
    await migrateDatabase(sqld.url, undefined)
    const db = connect(sqld.url, undefined)
    const found = await findKeyRecord(db, 'l1')
    expect(found).toMatchObject({ record: { revision: 5 }, lineage: null })
    const [row] = await findKeys(db, ['key_1'])
    if (row === undefined) throw new Error('the key is gone')
    await raiseRevision(db, row, null, row, 7)
    // A version from before writes beside this one.
    await client.execute('UPDATE api_keys SET revision = revision + 1')
    client.close()
    expect(await findKeyRecord(db, 'l1')).toMatchObject({ record: { revision: 7 }, lineage: null })
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
