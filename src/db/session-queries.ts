// Sessions of the API Keys page in libSQL. Each request reads its session and account anew, so a log-out, a
// new password or a suspension holds for the next request.

import { and, desc, eq, inArray, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import type { AccountRow } from './account-queries.ts'
import { type AuditEvent, insertEventWhere, insertSessionEnds } from './audit-queries.ts'
import type { Database } from './client.ts'
import { accounts, sessions } from './schema.ts'

export type SessionRow = typeof sessions.$inferSelect

export interface SessionWithAccount {
  readonly session: SessionRow
  readonly account: AccountRow
}

/** Each listed session has at most a kilobyte. */
const MAX_LISTED = 1_000

/** A session that was created or seen before these times is dead; in milliseconds since 1970. */
export interface SessionLimits {
  readonly createdAfter: number
  readonly seenAfter: number
}

/** The live session under one of the keyed hashes of a cookie. */
export async function findSession(
  db: Database,
  tokenHashes: readonly string[],
  limits: SessionLimits,
): Promise<SessionWithAccount | undefined> {
  const rows = await db
    .select({ session: sessions, account: accounts })
    .from(sessions)
    .innerJoin(accounts, eq(accounts.id, sessions.accountId))
    .where(and(inArray(sessions.tokenHash, [...tokenHashes]), isLive(limits)))
  return rows[0]
}

/** Whether there is a session whose cookie has no tag. */
export async function hasUntaggedSession(db: Database): Promise<boolean> {
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(isNull(sessions.isTagged))
    .limit(1)
  return rows.length > 0
}

/** The sessions that end when a new one starts. */
export interface ReplacedSessions {
  /** The keyed hashes of the cookie that the browser sent. */
  readonly tokenHashes: readonly string[]
  /** How many live sessions the account may have; the oldest beyond them end. */
  readonly maxSessions: number
  readonly limits: SessionLimits
}

/**
 * Starts a session and ends those that it replaces. False if the account's password hash is no longer the
 * one that was checked, because a session must not outlive its password.
 */
export async function insertSession(
  db: Database,
  session: SessionRow,
  checkedHash: string,
  { tokenHashes, maxSessions, limits }: ReplacedSessions,
  event: AuditEvent,
): Promise<boolean> {
  const { id, tokenHash, accountId, createdAt, lastSeenAt, address, userAgent } = session
  const started = sql`EXISTS (SELECT 1 FROM sessions WHERE id = ${id})`
  const sameBrowser = sql`${inArray(sessions.tokenHash, [...tokenHashes])} AND ${started}`
  const live = sql`account_id = ${accountId} AND ${isLive(limits)}`
  const tooMany = sql`${live} AND ${started} AND id NOT IN (
    SELECT id FROM sessions WHERE ${live} ORDER BY id DESC LIMIT ${maxSessions})`
  const [inserted] = await db.batch([
    db.run(sql`
      INSERT INTO sessions
        (id, token_hash, account_id, created_at, last_seen_at, address, user_agent, is_tagged)
      SELECT ${id}, ${tokenHash}, id, ${createdAt}, ${lastSeenAt}, ${address}, ${userAgent}, TRUE
      FROM accounts WHERE id = ${accountId} AND password_hash = ${checkedHash}`),
    insertEventWhere(db, event, started),
    insertSessionEnds(db, event, sameBrowser),
    db.delete(sessions).where(sameBrowser),
    insertSessionEnds(db, event, tooMany),
    db.delete(sessions).where(tooMany),
  ])
  return inserted.rowsAffected > 0
}

/** Whether a session still exists. Its age is checked when a request begins. */
export async function hasSession(db: Database, id: string): Promise<boolean> {
  const rows = await db.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, id))
  return rows.length > 0
}

export async function touchSession(db: Database, id: string, nowMs: number): Promise<void> {
  await db.update(sessions).set({ lastSeenAt: nowMs }).where(eq(sessions.id, id))
}

/**
 * The live sessions of an account, newest first. `insertSession` keeps them few. An older version did not, so
 * the list is cut.
 */
export async function listSessions(
  db: Database,
  accountId: string,
  limits: SessionLimits,
): Promise<SessionRow[]> {
  return await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.accountId, accountId), isLive(limits)))
    .orderBy(desc(sessions.id))
    .limit(MAX_LISTED)
}

/** Ends a session of an account; false if it has none with this id. */
export async function deleteSession(
  db: Database,
  accountId: string,
  id: string,
  event: AuditEvent,
): Promise<boolean> {
  const own = and(eq(sessions.id, id), eq(sessions.accountId, accountId))
  const [, deleted] = await db.batch([
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM sessions WHERE ${own})`),
    db.delete(sessions).where(own),
  ])
  return deleted.rowsAffected > 0
}

/** Removes dead sessions. */
export async function deleteDeadSessions(db: Database, limits: SessionLimits): Promise<void> {
  // Each side uses its own index. `NOT (… AND …)` would read the whole table, every minute.
  const { createdAfter, seenAfter } = limits
  await db
    .delete(sessions)
    .where(or(lte(sessions.createdAt, createdAfter), lte(sessions.lastSeenAt, seenAfter)))
}

function isLive({ createdAfter, seenAfter }: SessionLimits): SQL {
  return sql`(${sessions.createdAt} > ${createdAfter} AND ${sessions.lastSeenAt} > ${seenAfter})`
}
