// The second factors of users in libSQL, and their recovery codes. Each code is used up in the statement that finds
// it unused, so two requests at once cannot use it twice. A factor is known by the time it was made: one that was
// replaced meanwhile is not changed.

import { and, eq, sql, type SQL } from 'drizzle-orm'
import { type AuditEvent, insertEventWhere, insertSessionEnds } from './audit-queries.ts'
import type { Database } from './client.ts'
import { recoveryCodes, secondFactors } from './schema/second-factors.ts'
import { sessions } from './schema/sessions.ts'
import type { SessionGuard } from './session-guard.ts'

export type SecondFactorRow = typeof secondFactors.$inferSelect

/** A factor, confirmed or not, and how many of its recovery codes are left. */
export interface StoredFactor extends SecondFactorRow {
  readonly codesLeft: number
}

export async function findSecondFactor(
  db: Database,
  userId: string,
): Promise<StoredFactor | undefined> {
  const codesLeft = sql<number>`(SELECT count(*) FROM recovery_codes WHERE user_id = ${userId})`
  const [row] = await db
    .select({ factor: secondFactors, codesLeft })
    .from(secondFactors)
    .where(eq(secondFactors.userId, userId))
  return row === undefined ? undefined : { ...row.factor, codesLeft: row.codesLeft }
}

/** Stores a secret that no code has confirmed yet, in place of such a one. False if there is a confirmed one. */
export async function startSecondFactor(
  db: Database,
  factor: Pick<SecondFactorRow, 'userId' | 'sealedSecret' | 'createdAt'>,
  session: SessionGuard,
): Promise<boolean> {
  const { userId, sealedSecret, createdAt } = factor
  const { rowsAffected } = await db.run(sql`
    INSERT INTO second_factors (user_id, sealed_secret, created_at, last_step)
    SELECT ${userId}, ${sealedSecret}, ${createdAt}, 0 WHERE ${isOpen(session)}
    ON CONFLICT (user_id) DO UPDATE
    SET sealed_secret = excluded.sealed_secret, created_at = excluded.created_at, last_step = 0
    WHERE confirmed_at IS NULL`)
  return rowsAffected > 0
}

/**
 * Confirms a factor by a code of the given time step, and stores its recovery codes. The other sessions of the user
 * end, because they began without it. False if the factor was replaced or confirmed meanwhile.
 */
export async function confirmSecondFactor(
  db: Database,
  read: SecondFactorRow,
  step: number,
  codeHashes: readonly string[],
  session: SessionGuard,
  event: AuditEvent,
): Promise<boolean> {
  const { userId } = read
  const guard = sql`${isSame(read)} AND confirmed_at IS NULL AND ${isOpen(session)}`
  const asRead = sql`EXISTS (SELECT 1 FROM second_factors WHERE ${guard})`
  const others = sql`user_id = ${userId} AND id <> ${session.sessionId} AND ${asRead}`
  const [, , , , , , confirmed] = await db.batch([
    insertEventWhere(db, event, asRead),
    insertSessionEnds(db, event, others),
    db.delete(sessions).where(others),
    db
      .update(sessions)
      .set({ hasSecondFactor: true })
      .where(sql`id = ${session.sessionId} AND ${asRead}`),
    db.delete(recoveryCodes).where(sql`user_id = ${userId} AND ${asRead}`),
    insertCodes(db, userId, codeHashes, asRead),
    db.update(secondFactors).set({ confirmedAt: event.at, lastStep: step }).where(guard),
  ])
  return confirmed.rowsAffected > 0
}

/** Uses up the code of a time step, and all older ones. False if that was done before. */
export async function takeStep(
  db: Database,
  read: SecondFactorRow,
  step: number,
): Promise<boolean> {
  const { rowsAffected } = await db
    .update(secondFactors)
    .set({ lastStep: step })
    .where(sql`${isSame(read)} AND confirmed_at IS NOT NULL AND last_step < ${step}`)
  return rowsAffected > 0
}

/** Uses up a recovery code. False if the user has none of this hash. */
export async function takeRecoveryCode(
  db: Database,
  read: SecondFactorRow,
  hash: string,
  event: AuditEvent,
): Promise<boolean> {
  const own = and(eq(recoveryCodes.hash, hash), eq(recoveryCodes.userId, read.userId))
  const [, deleted] = await db.batch([
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM recovery_codes WHERE ${own})`),
    db.delete(recoveryCodes).where(own),
  ])
  return deleted.rowsAffected > 0
}

/** Replaces the recovery codes. False if the factor was replaced or removed meanwhile. */
export async function replaceRecoveryCodes(
  db: Database,
  read: SecondFactorRow,
  codeHashes: readonly string[],
  session: SessionGuard,
  event: AuditEvent,
): Promise<boolean> {
  const asRead = sql`EXISTS (SELECT 1 FROM second_factors WHERE ${isSame(read)}
    AND confirmed_at IS NOT NULL AND ${isOpen(session)})`
  const [, , inserted] = await db.batch([
    insertEventWhere(db, event, asRead),
    db.delete(recoveryCodes).where(sql`user_id = ${read.userId} AND ${asRead}`),
    insertCodes(db, read.userId, codeHashes, asRead),
  ])
  return inserted.rowsAffected > 0
}

/**
 * Removes a factor, confirmed or not, with its recovery codes. `session`: that of the user, whose sessions stay; null
 * if the operator removes it, which ends all sessions of the user. False if there was no confirmed one.
 */
export async function removeSecondFactor(
  db: Database,
  userId: string,
  session: SessionGuard | null,
  event: AuditEvent,
): Promise<boolean> {
  const allowed = session === null ? sql`TRUE` : isOpen(session)
  const stands = sql`EXISTS (SELECT 1 FROM second_factors
    WHERE user_id = ${userId} AND confirmed_at IS NOT NULL AND ${allowed})`
  const ended = sql`user_id = ${userId} AND ${session === null ? stands : sql`FALSE`}`
  const [told] = await db.batch([
    insertEventWhere(db, event, stands),
    insertSessionEnds(db, event, ended),
    db.delete(sessions).where(ended),
    db.delete(recoveryCodes).where(sql`user_id = ${userId} AND ${allowed}`),
    db.delete(secondFactors).where(sql`user_id = ${userId} AND ${allowed}`),
  ])
  return told.rowsAffected > 0
}

function insertCodes(db: Database, userId: string, hashes: readonly string[], guard: SQL) {
  const rows = hashes.map((hash) => sql`(${hash})`)
  return db.run(sql`
    INSERT INTO recovery_codes (hash, user_id)
    SELECT column1, ${userId} FROM (VALUES ${sql.join(rows, sql`, `)}) WHERE ${guard}`)
}

function isSame({ userId, createdAt }: SecondFactorRow): SQL {
  return sql`user_id = ${userId} AND created_at = ${createdAt}`
}

/** A body may take long to arrive. The session may have ended meanwhile. */
function isOpen({ sessionId }: SessionGuard): SQL {
  return sql`EXISTS (SELECT 1 FROM sessions WHERE id = ${sessionId})`
}
