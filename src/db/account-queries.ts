// Accounts in libSQL. The records of an account's keys hold its status, so a change of status raises the
// revision of these keys in the same batch. A new password ends the account's sessions.

import { and, desc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import type { AccountStatus } from '../keys/key-record.ts'
import { type AuditEvent, insertEventWhere, insertSessionEnds } from './audit-queries.ts'
import type { Database } from './client.ts'
import { accounts, apiKeys, sessions } from './schema.ts'

export type AccountRow = typeof accounts.$inferSelect

export interface AccountChange {
  readonly name?: string
  readonly status?: AccountStatus
  readonly passwordHash?: string
  readonly keyLimit?: number
}

export async function findAccount(db: Database, id: string): Promise<AccountRow | undefined> {
  return (await db.select().from(accounts).where(eq(accounts.id, id)))[0]
}

/** The forms of an e-mail that an account is found by. */
export interface EmailForms {
  readonly emailKey: string
  readonly canonicalEmail: string
}

/**
 * Finds the account of an e-mail. Two accounts from before canonical forms existed can share one. Then
 * `emailKey`, by which older versions found accounts, decides.
 */
export async function findAccountByEmail(
  db: Database,
  { emailKey, canonicalEmail }: EmailForms,
): Promise<AccountRow | undefined> {
  const rows = await db
    .select()
    .from(accounts)
    .where(or(eq(accounts.emailKey, emailKey), eq(accounts.canonicalEmail, canonicalEmail)))
  return rows.find((row) => row.emailKey === emailKey) ?? rows[0]
}

/** Accounts from before canonical forms existed that still have none; oldest first. */
export async function listAccountsWithoutCanonicalEmail(
  db: Database,
  limit: number,
): Promise<Pick<AccountRow, 'id' | 'email'>[]> {
  return await db
    .select({ id: accounts.id, email: accounts.email })
    .from(accounts)
    .where(isNull(accounts.canonicalEmail))
    .orderBy(sql`rowid`)
    .limit(limit)
}

/**
 * Sets the canonical form of each account that has none. If another account has that form, the account gets
 * its own id instead. Answers the ids of the latter.
 */
export async function setCanonicalEmails(
  db: Database,
  forms: readonly { readonly id: string; readonly canonicalEmail: string }[],
): Promise<string[]> {
  const [first, ...others] = forms.flatMap(({ id, canonicalEmail }) => [
    db.all<{ id: string }>(sql`
      UPDATE OR IGNORE accounts SET canonical_email = ${canonicalEmail}
      WHERE id = ${id} AND canonical_email IS NULL RETURNING NULL AS id`),
    db.all<{ id: string }>(sql`
      UPDATE accounts SET canonical_email = id
      WHERE id = ${id} AND canonical_email IS NULL RETURNING id`),
  ])
  if (first === undefined) return []
  const results = await db.batch([first, ...others])
  return results.flat().flatMap(({ id }) => id ?? [])
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

/** Inserts an account; undefined if its e-mail is taken. */
export async function insertAccount(
  db: Database,
  account: typeof accounts.$inferInsert & EmailForms,
  event: AuditEvent,
): Promise<AccountRow | undefined> {
  const [inserted] = await db.batch([
    db.insert(accounts).values(account).onConflictDoNothing().returning(),
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM accounts WHERE id = ${account.id})`),
  ])
  return inserted[0]
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

/** Changes an account; undefined if it changed since it was read. */
export async function updateAccount(
  db: Database,
  read: AccountRow,
  change: AccountChange,
  event: AuditEvent,
): Promise<ChangedAccount | undefined> {
  const guard = and(eq(accounts.id, read.id), eq(accounts.version, read.version))
  const asRead = sql`EXISTS (SELECT 1 FROM accounts WHERE ${guard})`
  const liveKeys = whereLiveKeys(read.id)
  const newStatus = change.status !== undefined && change.status !== read.status
  const newPassword = change.passwordHash !== undefined

  const ended = and(eq(sessions.accountId, read.id), newPassword ? asRead : NEVER) ?? NEVER

  const [, , , , updated, keys] = await db.batch([
    insertEventWhere(db, event, asRead),
    db
      .update(apiKeys)
      .set({ revision: sql`revision + 1`, revisedAt: event.at })
      .where(and(liveKeys, newStatus ? asRead : NEVER)),
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
  ])
  const [account] = updated
  return account === undefined ? undefined : { account, keyIds: toIds(keys) }
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

/** Replaces a password hash by a newer one of the same password; false if the hash changed meanwhile. */
export async function replacePasswordHash(
  db: Database,
  id: string,
  oldHash: string,
  newHash: string,
): Promise<boolean> {
  const { rowsAffected } = await db
    .update(accounts)
    .set({ passwordHash: newHash })
    .where(and(eq(accounts.id, id), eq(accounts.passwordHash, oldHash)))
  return rowsAffected > 0
}
