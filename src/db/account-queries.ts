// Accounts in libSQL. The records of an account's keys hold its status and its rate limit. So a change of these raises
// the revision of these keys in the same batch.

import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import type { AccountStatus } from '../keys/key-record.ts'
import { isSameLimit, type RateLimit } from '../keys/rate-limit.ts'
import { type AuditEvent, insertEventWhere, insertSessionEnds } from './audit-queries.ts'
import type { Database } from './client.ts'
import { revised } from './revision.ts'
import { accounts } from './schema/accounts.ts'
import { apiKeys } from './schema/api-keys.ts'
import { sessions } from './schema/sessions.ts'

export type AccountRow = typeof accounts.$inferSelect

/** Stands in an account for the password of an owner who has none. It is a hash that fits no password. */
export const NO_PASSWORD =
  '$scrypt$ln=13,r=8,p=10$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

export interface NewAccount extends EmailForms {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly status: AccountStatus
  /** Of the first user. */
  readonly passwordHash: string
  readonly externalId: string | null
  readonly createdAt: number
}

/** What another account, or a user of one, has already. */
export type Taken = 'email_taken' | 'external_id_taken'

export interface AccountChange {
  readonly name?: string
  readonly status?: AccountStatus
  readonly passwordHash?: string
  readonly keyLimit?: number
  readonly externalId?: string | null
  readonly rateLimit?: RateLimit | null
}

export async function findAccount(db: Database, id: string): Promise<AccountRow | undefined> {
  return (await db.select().from(accounts).where(eq(accounts.id, id)))[0]
}

/** The forms of an e-mail that an account is found by. */
export interface EmailForms {
  readonly emailKey: string
  readonly canonicalEmail: string
}

/** A page of accounts, newest first. `before` is the last id of the page before. */
export async function listAccounts(
  db: Database,
  limit: number,
  before: string | undefined,
): Promise<AccountRow[]> {
  return await db
    .select()
    .from(accounts)
    .where(before === undefined ? undefined : lt(accounts.id, before))
    .orderBy(desc(accounts.id))
    .limit(limit)
}

/** Inserts an account. A trigger makes its first user, who is its owner. */
export async function insertAccount(
  db: Database,
  account: NewAccount,
  event: AuditEvent,
): Promise<AccountRow | Taken> {
  const { id, emailKey, canonicalEmail, externalId, createdAt } = account
  const [, , inserted, sameId] = await db.batch([
    db.run(sql`
      INSERT INTO accounts (id, email, email_key, canonical_email, name, status, password_hash, external_id,
        version, created_at, updated_at)
      SELECT ${id}, ${account.email}, ${emailKey}, ${canonicalEmail}, ${account.name}, ${account.status},
        ${account.passwordHash}, ${externalId}, 1, ${createdAt}, ${createdAt}
      WHERE NOT EXISTS (
        SELECT 1 FROM users WHERE email_key = ${emailKey} OR canonical_email = ${canonicalEmail})
      ON CONFLICT DO NOTHING`),
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM accounts WHERE id = ${id})`),
    db.select().from(accounts).where(eq(accounts.id, id)),
    selectAccountOf(db, externalId),
  ])
  return inserted[0] ?? (sameId.length > 0 ? 'external_id_taken' : 'email_taken')
}

function selectAccountOf(db: Database, externalId: string | null) {
  return db
    .select({ id: accounts.id })
    .from(accounts)
    .where(sql`external_id = ${externalId}`)
}

/**
 * The ids of an account's keys that may still be let in somewhere: live keys, and deleted keys whose
 * deletion is pending. Only ids, because all rows together are more than libSQL answers at once.
 */
export async function listAccountKeyIds(db: Database, accountId: string): Promise<string[]> {
  return toIds(await selectAccountKeyIds(db, accountId))
}

export interface ChangedAccount {
  readonly account: AccountRow
  /** See `listAccountKeyIds`. */
  readonly keyIds: readonly string[]
}

/**
 * Changes an account; undefined if it changed since it was read. A new password becomes that of its oldest
 * active owner, by a trigger, and ends the sessions of all its users.
 */
export async function updateAccount(
  db: Database,
  read: AccountRow,
  change: AccountChange,
  event: AuditEvent,
): Promise<ChangedAccount | 'external_id_taken' | undefined> {
  const { externalId = null } = change
  const isFree = sql`NOT EXISTS (
    SELECT 1 FROM accounts other WHERE other.external_id = ${externalId} AND other.id <> ${read.id})`
  const guard = and(eq(accounts.id, read.id), eq(accounts.version, read.version), isFree)
  const asRead = sql`EXISTS (SELECT 1 FROM accounts WHERE ${guard})`
  const liveKeys = whereLiveKeys(read.id)
  const newStatus = change.status !== undefined && change.status !== read.status
  const newLimit = change.rateLimit !== undefined && !isSameLimit(change.rateLimit, read.rateLimit)
  const newPassword = change.passwordHash !== undefined

  const ended = and(eq(sessions.accountId, read.id), newPassword ? asRead : NEVER) ?? NEVER

  const [, , , , updated, keys, sameId] = await db.batch([
    insertEventWhere(db, event, asRead),
    db
      .update(apiKeys)
      .set(revised(event.at))
      .where(and(liveKeys, newStatus || newLimit ? asRead : NEVER)),
    insertSessionEnds(db, event, ended),
    db.delete(sessions).where(ended),
    db
      .update(accounts)
      .set({
        ...change,
        ...(newStatus && { statusPending: change.status !== 'active' }),
        version: read.version + 1,
        updatedAt: event.at,
      })
      .where(guard)
      .returning(),
    selectAccountKeyIds(db, read.id),
    selectAccountOf(db, externalId),
  ])
  const [account] = updated
  if (account !== undefined) return { account, keyIds: toIds(keys) }
  return sameId.some(({ id }) => id !== read.id) ? 'external_id_taken' : undefined
}

/** Accounts whose status has not reached all keys that a restored database has lost, see admin/lost-keys.ts. */
export async function listStatusPending(db: Database, limit: number): Promise<AccountRow[]> {
  return await db
    .select()
    .from(accounts)
    .where(sql`status_pending`)
    .orderBy(accounts.id)
    .limit(limit)
}

/** Records that the status has reached those keys, if it is still this status. */
export async function settleStatus(db: Database, id: string, status: AccountStatus): Promise<void> {
  await db
    .update(accounts)
    .set({ statusPending: false })
    .where(and(eq(accounts.id, id), eq(accounts.status, status), sql`status_pending`))
}

const NEVER = sql`FALSE`

function whereLiveKeys(accountId: string) {
  return and(eq(apiKeys.accountId, accountId), isNull(apiKeys.deletedAt))
}

/** Includes keys whose deletion is pending, because their authorities still hold a live record. */
function selectAccountKeyIds(db: Database, accountId: string) {
  // Each side uses its own partial index. An OR of the two would read the whole table, under the write lock.
  return db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(
      sql`api_keys.id IN (
        SELECT id FROM api_keys WHERE account_id = ${accountId} AND deleted_at IS NULL
        UNION ALL
        SELECT id FROM api_keys INDEXED BY api_keys_outbox WHERE account_id = ${accountId}
          AND published_revision < revision AND enforced_revision < revision)`,
    )
}

function toIds(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id)
}
