// What a log-in by an identity provider keeps in libSQL: who its people are, that somebody confirmed who they
// are, and what was used once.

import { and, eq, lte, type SQL, sql } from 'drizzle-orm'
import type { AccountRow } from './account-queries.ts'
import { type AuditEvent, insertSessionEnds } from './audit-queries.ts'
import type { Database } from './client.ts'
import type { ConfirmedCall } from '../shared/confirmed-call.ts'
import { accounts } from './schema/accounts.ts'
import { confirmations, providerLogouts, sessions, usedOnce } from './schema/sessions.ts'
import { users } from './schema/users.ts'
import type { OpenSession, SessionLimits } from './session-queries.ts'
import type { UserWithAccount } from './user-queries.ts'

/** A person at an identity provider. */
export interface Subject {
  readonly issuer: string
  readonly subject: string
}

export async function findAccountByExternalId(
  db: Database,
  externalId: string,
): Promise<AccountRow | undefined> {
  return (await db.select().from(accounts).where(eq(accounts.externalId, externalId)))[0]
}

export async function findUserBySubject(
  db: Database,
  person: Subject,
): Promise<UserWithAccount | undefined> {
  const rows = await db
    .select({ user: users, account: accounts })
    .from(users)
    .innerJoin(accounts, eq(accounts.id, users.accountId))
    .where(isPerson(person))
  return rows[0]
}

/** A live session by its id, of a user who is active. */
export async function findLiveSession(
  db: Database,
  id: string,
  { createdAfter, seenAfter }: SessionLimits,
): Promise<OpenSession | undefined> {
  const rows = await db
    .select({ session: sessions, user: users, account: accounts })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(accounts, eq(accounts.id, users.accountId))
    .where(
      sql`sessions.id = ${id} AND users.status = 'active'
        AND sessions.created_at > ${createdAfter} AND sessions.last_seen_at > ${seenAfter}`,
    )
  // The identity provider has its own factors.
  return rows[0] === undefined ? undefined : { ...rows[0], hasSecondFactor: false }
}

/** A confirmation that somebody sends. */
export interface SentConfirmation {
  /** Those that it may be kept under. */
  readonly hashes: readonly string[]
  readonly sessionId: string
}

/** Keeps a confirmation. False if its session has ended. */
export async function insertConfirmation(
  db: Database,
  { hash, sessionId, expiresAt, call, keyId }: Required<typeof confirmations.$inferInsert>,
): Promise<boolean> {
  const { rowsAffected } = await db.run(sql`
    INSERT INTO confirmations (hash, session_id, expires_at, call, key_id)
    SELECT ${hash}, id, ${expiresAt}, ${call}, ${keyId} FROM sessions WHERE id = ${sessionId}`)
  return rowsAffected > 0
}

/** Uses up a confirmation of a session for a call. False if there is none that is good for it. */
export async function spendConfirmation(
  db: Database,
  sent: SentConfirmation,
  { name, keyId }: ConfirmedCall,
  nowMs: number,
): Promise<boolean> {
  const isForCall = sql`(call IS NULL OR (call = ${name} AND key_id IS ${keyId}))`
  const { rowsAffected } = await db
    .delete(confirmations)
    .where(sql`${isConfirmation(sent, nowMs)} AND ${isForCall}`)
  return rowsAffected > 0
}

/** Whether a confirmation of a session is there, for whatever call. */
export async function hasConfirmation(
  db: Database,
  sent: SentConfirmation,
  nowMs: number,
): Promise<boolean> {
  const found = sql`SELECT 1 FROM confirmations WHERE ${isConfirmation(sent, nowMs)}`
  return (await db.all(found)).length > 0
}

function isConfirmation({ hashes, sessionId }: SentConfirmation, nowMs: number): SQL {
  return sql`hash IN (${joined(hashes)}) AND session_id = ${sessionId} AND expires_at > ${nowMs}`
}

function joined(texts: readonly string[]): SQL {
  return sql.join(
    texts.map((text) => sql`${text}`),
    sql`, `,
  )
}

/** Notes that something was used. False if it was used before. */
export async function useOnce(db: Database, used: typeof usedOnce.$inferInsert): Promise<boolean> {
  const { rowsAffected } = await db.insert(usedOnce).values(used).onConflictDoNothing()
  return rowsAffected > 0
}

/** Which sessions a logout at the identity provider ends. */
export interface EndedAtProvider {
  readonly issuer: string
  /** At least one of both is given. */
  readonly subject: string | null
  readonly sid: string | null
}

/**
 * Ends the sessions of a logout, and notes it for log-ins that are under way. False if the logout was carried out
 * before.
 */
export async function endProviderSessions(
  db: Database,
  { issuer, subject, sid }: EndedAtProvider,
  used: typeof usedOnce.$inferInsert,
  logout: typeof providerLogouts.$inferInsert,
  cause: AuditEvent,
): Promise<boolean> {
  const ofPerson = sql`user_id IN (SELECT id FROM users WHERE issuer = ${issuer} AND subject = ${subject})`
  const ofSid = sql`provider_sid = ${sid}
    AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND users.issuer = ${issuer})`
  const named: SQL =
    sid === null ? ofPerson : subject === null ? ofSid : sql`${ofSid} AND ${ofPerson}`
  const isFirst = sql`NOT EXISTS (SELECT 1 FROM used_once WHERE hash = ${used.hash})`
  const ended = sql`${named} AND ${isFirst}`
  const [, , , noted] = await db.batch([
    insertSessionEnds(db, cause, ended),
    db.delete(sessions).where(ended),
    db.run(sql`
      INSERT INTO provider_logouts (hash, at) SELECT ${logout.hash}, ${logout.at} WHERE ${isFirst}
      ON CONFLICT (hash) DO UPDATE SET at = max(at, excluded.at)`),
    db.insert(usedOnce).values(used).onConflictDoNothing(),
  ])
  return noted.rowsAffected > 0
}

/** Removes what has expired. `logInsSinceMs`: when the oldest log-in that may still end was begun. */
export async function deleteExpiredIdentity(
  db: Database,
  nowMs: number,
  logInsSinceMs: number,
): Promise<void> {
  await db.delete(providerLogouts).where(lte(providerLogouts.at, logInsSinceMs))
  await db.delete(confirmations).where(lte(confirmations.expiresAt, nowMs))
  await db.delete(usedOnce).where(lte(usedOnce.expiresAt, nowMs))
}

function isPerson({ issuer, subject }: Subject): SQL | undefined {
  // Named, because the index holds only users with a subject.
  return and(eq(users.issuer, issuer), eq(users.subject, subject), sql`subject IS NOT NULL`)
}
