// The users of accounts in libSQL. A change that takes rights from a user ends the user's sessions in the same
// batch. An account always keeps one active owner.

import { and, desc, eq, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import type { AccountRow, EmailForms } from './account-queries.ts'
import { type AuditEvent, insertEventWhere, insertSessionEnds } from './audit-queries.ts'
import type { Database } from './client.ts'
import type { Role } from '../shared/roles.ts'
import { accounts } from './schema/accounts.ts'
import { logInNetworks } from './schema/attempts.ts'
import { secondFactors } from './schema/second-factors.ts'
import { sessions } from './schema/sessions.ts'
import { type USER_STATUSES, users } from './schema/users.ts'

export type UserRow = typeof users.$inferSelect

export interface UserWithAccount {
  readonly user: UserRow
  readonly account: AccountRow
}

export interface UserChange {
  readonly email?: string
  readonly name?: string
  readonly role?: Role
  readonly status?: (typeof USER_STATUSES)[number]
  readonly passwordHash?: string
}

export async function findUser(db: Database, id: string): Promise<UserRow | undefined> {
  return (await db.select().from(users).where(eq(users.id, id)))[0]
}

/**
 * Finds the user of an e-mail. Two users from before canonical forms existed can share one. Then `emailKey`,
 * by which older versions found accounts, decides.
 */
export async function findUserByEmail(
  db: Database,
  { emailKey, canonicalEmail }: EmailForms,
): Promise<UserWithAccount | undefined> {
  const rows = await db
    .select({ user: users, account: accounts })
    .from(users)
    .innerJoin(accounts, eq(accounts.id, users.accountId))
    .where(or(eq(users.emailKey, emailKey), eq(users.canonicalEmail, canonicalEmail)))
  return rows.find(({ user }) => user.emailKey === emailKey) ?? rows[0]
}

/** A user, and whether log-ins of that user need a second factor. */
export interface ListedUser extends UserRow {
  readonly hasSecondFactor: boolean
}

/** A page of an account's users, newest first. `before` is the last id of the page before. */
export async function listUsers(
  db: Database,
  accountId: string,
  limit: number,
  before: string | undefined,
): Promise<ListedUser[]> {
  const older = before === undefined ? undefined : lt(users.id, before)
  const rows = await db
    .select({ user: users, factorSince: secondFactors.confirmedAt })
    .from(users)
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .where(and(eq(users.accountId, accountId), older))
    .orderBy(desc(users.id))
    .limit(limit)
  return rows.map(({ user, factorSince }) => ({ ...user, hasSecondFactor: factorSince !== null }))
}

/** Inserts a user; undefined if its e-mail is taken, in whatever account. */
export async function insertUser(
  db: Database,
  user: typeof users.$inferInsert,
  event: AuditEvent,
): Promise<UserRow | undefined> {
  const [inserted] = await db.batch([
    db.insert(users).values(user).onConflictDoNothing().returning(),
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM users WHERE id = ${user.id})`),
  ])
  return inserted[0]
}

/**
 * Changes a user. Undefined if it changed since it was read, or if its account would be left without an owner
 * where `keepsOwner` does not allow that.
 */
export async function updateUser(
  db: Database,
  read: UserRow,
  change: UserChange,
  event: AuditEvent,
  keepsOwner = true,
): Promise<UserRow | undefined> {
  const { role = read.role, status = read.status } = change
  const staysOwner = (role === 'owner' && status === 'active') || !keepsOwner
  const guard = and(
    eq(users.id, read.id),
    eq(users.version, read.version),
    isActiveOwner(read) && !staysOwner ? hasOtherOwner(read) : undefined,
  )
  const asRead = sql`EXISTS (SELECT 1 FROM users WHERE ${guard})`
  const takesRights =
    RANKS[role] < RANKS[read.role] || status !== 'active' || change.passwordHash !== undefined
  const ended = sql`user_id = ${read.id} AND ${takesRights ? asRead : sql`FALSE`}`
  const [, , , updated] = await db.batch([
    insertEventWhere(db, event, asRead),
    insertSessionEnds(db, event, ended),
    db.delete(sessions).where(ended),
    db
      .update(users)
      .set({ ...change, version: read.version + 1, updatedAt: event.at })
      .where(guard)
      .returning(),
  ])
  return updated[0]
}

/** Removes a user with its sessions. False if it is gone already, or if it is the last active owner. */
export async function deleteUser(db: Database, read: UserRow, event: AuditEvent): Promise<boolean> {
  const guard = sql`users.id = ${read.id}
    AND (users.role <> 'owner' OR users.status <> 'active' OR ${hasOtherOwner(read)})`
  const stands = sql`EXISTS (SELECT 1 FROM users WHERE ${guard})`
  const ended = sql`user_id = ${read.id} AND ${stands}`
  const [, , , , deleted] = await db.batch([
    insertEventWhere(db, event, stands),
    insertSessionEnds(db, event, ended),
    db.delete(sessions).where(ended),
    db.delete(logInNetworks).where(ended),
    db.delete(users).where(guard),
  ])
  return deleted.rowsAffected > 0
}

/** Replaces a password hash by a newer one of the same password; false if the hash changed meanwhile. */
export async function replacePasswordHash(
  db: Database,
  id: string,
  oldHash: string,
  newHash: string,
): Promise<boolean> {
  const { rowsAffected } = await db
    .update(users)
    .set({ passwordHash: newHash })
    .where(and(eq(users.id, id), eq(users.passwordHash, oldHash)))
  return rowsAffected > 0
}

/** Local users from before canonical forms existed that still have none; oldest first. */
export async function listUsersWithoutCanonicalEmail(
  db: Database,
  limit: number,
): Promise<Pick<UserRow, 'id' | 'accountId' | 'email'>[]> {
  return await db
    .select({ id: users.id, accountId: users.accountId, email: users.email })
    .from(users)
    .where(and(isNull(users.canonicalEmail), sql`email_key IS NOT NULL`))
    .orderBy(sql`users.rowid`)
    .limit(limit)
}

/**
 * Sets the canonical form of each user that has none. If another user has that form, the user gets its own id
 * instead. Answers the ids of the latter.
 */
export async function setCanonicalEmails(
  db: Database,
  forms: readonly { readonly id: string; readonly canonicalEmail: string }[],
): Promise<string[]> {
  const [first, ...others] = forms.flatMap(({ id, canonicalEmail }) => [
    db.all<{ id: string }>(sql`
      UPDATE OR IGNORE users SET canonical_email = ${canonicalEmail}
      WHERE id = ${id} AND canonical_email IS NULL RETURNING NULL AS id`),
    db.all<{ id: string }>(sql`
      UPDATE users SET canonical_email = id
      WHERE id = ${id} AND canonical_email IS NULL RETURNING id`),
  ])
  if (first === undefined) return []
  const results = await db.batch([first, ...others])
  return results.flat().flatMap(({ id }) => id ?? [])
}

const RANKS: Readonly<Record<Role, number>> = { owner: 2, manager: 1, viewer: 0 }

function isActiveOwner({ role, status }: Pick<UserRow, 'role' | 'status'>): boolean {
  return role === 'owner' && status === 'active'
}

function hasOtherOwner({ id, accountId }: UserRow): SQL {
  return sql`EXISTS (SELECT 1 FROM users other WHERE other.account_id = ${accountId}
    AND other.id <> ${id} AND other.role = 'owner' AND other.status = 'active')`
}
