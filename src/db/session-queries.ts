// Sessions of the API Keys page in libSQL. Each request reads its session, user and account anew, so
// a log-out, a new password, a new role or a suspension holds for the next request.

import { and, desc, eq, inArray, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import type { AccountRow } from './account-queries.ts'
import { type AuditEvent, insertEventWhere, insertSessionEnds } from './audit-queries.ts'
import type { Database } from './client.ts'
import { accounts } from './schema/accounts.ts'
import { secondFactors } from './schema/second-factors.ts'
import { sessions } from './schema/sessions.ts'
import { users } from './schema/users.ts'
import { mayChangeKeys, type SessionGuard } from './session-guard.ts'
import type { UserRow } from './user-queries.ts'

export type SessionRow = typeof sessions.$inferSelect

/** A session with the user who logged in, and that user's account. */
export interface OpenSession {
  readonly session: SessionRow
  readonly user: UserRow
  readonly account: AccountRow
  /** Whether the user has a second factor, which was then checked for this session. */
  readonly hasSecondFactor: boolean
}

export interface NewSession extends Omit<
  SessionRow,
  'isTagged' | 'accountId' | 'userId' | 'providerSid' | 'hasSecondFactor'
> {
  /** Of a log-in at an identity provider: which logouts there would end it. */
  readonly endedBy?: LogoutsSince | null
  /** Whether a second factor was checked. */
  readonly hasSecondFactor?: boolean
  /** The user as it was when its password was checked, or when an identity provider named it. */
  readonly user: UserRow
  /** The session at the identity provider, if it has a name. */
  readonly providerSid?: string | null
}

/** The logouts that came after a log-in was begun, in milliseconds since 1970. */
export interface LogoutsSince {
  /** The keyed hashes of the logouts that name the session or the person. */
  readonly hashes: readonly string[]
  readonly begunAt: number
}

/** A session as people see it. */
export interface ListedSession extends SessionRow {
  readonly userEmail: string
}

/** Each listed session has at most a kilobyte. */
const MAX_LISTED = 1_000

/** A session that was created or seen before these times is dead; in milliseconds since 1970. */
export interface SessionLimits {
  readonly createdAfter: number
  readonly seenAfter: number
}

/**
 * The live session under one of the keyed hashes of a cookie, of a user who is active. `issuer`: the identity
 * provider that logs people in; null where users are local. A session that began otherwise is not found.
 */
export async function findSession(
  db: Database,
  tokenHashes: readonly string[],
  limits: SessionLimits,
  issuer: string | null = null,
): Promise<OpenSession | undefined> {
  const rows = await db
    .select({
      session: sessions,
      user: users,
      account: accounts,
      factorSince: secondFactors.confirmedAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(accounts, eq(accounts.id, users.accountId))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .where(
      and(
        isNamed(tokenHashes),
        eq(users.status, 'active'),
        issuer === null ? isNull(users.issuer) : eq(users.issuer, issuer),
        isLive(limits),
      ),
    )
  const [row] = rows
  if (row === undefined) return undefined
  const { factorSince, ...found } = row
  return { ...found, hasSecondFactor: factorSince !== null }
}

/**
 * A viewer's session is stored under another name. Versions without roles let every session change keys, so they
 * must not find it.
 */
function storedHash(tokenHash: string, { role }: UserRow): string {
  return role === 'viewer' ? `${tokenHash}${VIEWER}` : tokenHash
}

function isNamed(tokenHashes: readonly string[]): SQL {
  const names = tokenHashes.flatMap((hash) => [hash, `${hash}${VIEWER}`])
  return inArray(sessions.tokenHash, names)
}

const VIEWER = ':viewer'

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
  /** How many live sessions the user may have; the oldest beyond them end. */
  readonly maxSessions: number
  readonly limits: SessionLimits
}

/**
 * Starts a session and ends those that it replaces. False if the user's password hash is no longer the one that
 * was checked, because a session must not outlive its password, or if its role or status changed meanwhile. False
 * too if the user has a second factor by now which was not checked: a trigger keeps such a row out. And false if
 * the identity provider logged the person out since the log-in was begun.
 */
export async function insertSession(
  db: Database,
  session: NewSession,
  { tokenHashes, maxSessions, limits }: ReplacedSessions,
  event: AuditEvent,
): Promise<boolean> {
  const { id, tokenHash, user, createdAt, lastSeenAt, address, userAgent } = session
  const { providerSid, hasSecondFactor, endedBy } = session
  const started = sql`EXISTS (SELECT 1 FROM sessions WHERE id = ${id})`
  const sameBrowser = sql`${isNamed(tokenHashes)} AND ${started}`
  const live = sql`user_id = ${user.id} AND ${isLive(limits)}`
  const tooMany = sql`${live} AND ${started} AND id NOT IN (
    SELECT id FROM sessions WHERE ${live} ORDER BY id DESC LIMIT ${maxSessions})`
  const [inserted] = await db.batch([
    db.run(sql`
      INSERT INTO sessions
        (id, token_hash, account_id, user_id, created_at, last_seen_at, address, user_agent, is_tagged,
         provider_sid, has_second_factor)
      SELECT ${id}, ${storedHash(tokenHash, user)}, account_id, id, ${createdAt}, ${lastSeenAt}, ${address},
        ${userAgent}, TRUE, ${providerSid ?? null}, ${hasSecondFactor ?? false}
      FROM users WHERE id = ${user.id} AND password_hash IS ${user.passwordHash} AND role = ${user.role}
        AND status = 'active' AND NOT ${isLoggedOut(endedBy)}`),
    insertEventWhere(db, event, started),
    insertSessionEnds(db, event, sameBrowser),
    db.delete(sessions).where(sameBrowser),
    insertSessionEnds(db, event, tooMany),
    db.delete(sessions).where(tooMany),
    db
      .update(users)
      .set({ lastLoginAt: createdAt })
      .where(sql`id = ${user.id} AND ${started}`),
  ])
  return inserted.rowsAffected > 0
}

function isLoggedOut(endedBy: LogoutsSince | null = null): SQL {
  if (endedBy === null) return sql`FALSE`
  const names = sql.join(
    endedBy.hashes.map((hash) => sql`${hash}`),
    sql`, `,
  )
  return sql`EXISTS (SELECT 1 FROM provider_logouts WHERE hash IN (${names}) AND at > ${endedBy.begunAt})`
}

/** Whether a session may still change keys. Its age is checked when a request begins. */
export async function maySessionChangeKeys(db: Database, guard: SessionGuard): Promise<boolean> {
  return (await db.all(sql`SELECT 1 WHERE ${mayChangeKeys(guard)}`)).length > 0
}

export async function touchSession(db: Database, id: string, nowMs: number): Promise<void> {
  await db.update(sessions).set({ lastSeenAt: nowMs }).where(eq(sessions.id, id))
}

/** Whose sessions: all of an account, or those of one of its users. */
export interface SessionOwner {
  readonly accountId: string
  /** Null for all users of the account. */
  readonly userId: string | null
}

/**
 * The live sessions of an account or a user, newest first. `insertSession` keeps them few for each user. An older
 * version did not, so the list is cut.
 */
export async function listSessions(
  db: Database,
  owner: SessionOwner,
  limits: SessionLimits,
): Promise<ListedSession[]> {
  const rows = await db
    .select({ session: sessions, userEmail: users.email })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(isOf(owner), isLive(limits)))
    .orderBy(desc(sessions.id))
    .limit(MAX_LISTED)
  return rows.map(({ session, userEmail }) => ({ ...session, userEmail }))
}

/** Ends a session of an account or a user; false if there is none with this id. */
export async function deleteSession(
  db: Database,
  owner: SessionOwner,
  id: string,
  event: AuditEvent,
): Promise<boolean> {
  const own = and(eq(sessions.id, id), isOf(owner))
  const [, deleted] = await db.batch([
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM sessions WHERE ${own})`),
    db.delete(sessions).where(own),
  ])
  return deleted.rowsAffected > 0
}

function isOf({ accountId, userId }: SessionOwner): SQL | undefined {
  const ofUser = userId === null ? undefined : eq(sessions.userId, userId)
  return and(eq(sessions.accountId, accountId), ofUser)
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
