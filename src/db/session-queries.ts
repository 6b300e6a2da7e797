// Sessions of the API Keys page in libSQL, each with its account as it is now: a log-out, a new
// password or a suspension holds for the next request.

import { and, eq, gt, inArray, lt, or } from 'drizzle-orm'
import type { AccountRow } from './account-queries.ts'
import type { Database } from './client.ts'
import { accounts, sessions } from './schema.ts'

export type SessionRow = typeof sessions.$inferSelect

export interface SessionWithAccount {
  readonly session: SessionRow
  readonly account: AccountRow
}

/** The times, in milliseconds since 1970, before which a session is dead. */
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
    .where(
      and(
        inArray(sessions.tokenHash, [...tokenHashes]),
        gt(sessions.createdAt, limits.createdAfter),
        gt(sessions.lastSeenAt, limits.seenAfter),
      ),
    )
  return rows[0]
}

/** Starts a session and ends the one that the same browser had, if any. */
export async function insertSession(
  db: Database,
  session: SessionRow,
  replacedHashes: readonly string[],
): Promise<void> {
  await db.batch([
    db.delete(sessions).where(inArray(sessions.tokenHash, [...replacedHashes])),
    db.insert(sessions).values(session),
  ])
}

export async function touchSession(db: Database, id: string, nowMs: number): Promise<void> {
  await db.update(sessions).set({ lastSeenAt: nowMs }).where(eq(sessions.id, id))
}

export async function deleteSession(db: Database, id: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.id, id))
}

/** Removes dead sessions, which nothing reads any more. */
export async function deleteDeadSessions(db: Database, limits: SessionLimits): Promise<void> {
  await db
    .delete(sessions)
    .where(
      or(lt(sessions.createdAt, limits.createdAfter), lt(sessions.lastSeenAt, limits.seenAfter)),
    )
}
