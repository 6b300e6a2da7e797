// The tokens of a key in libSQL. Each change is one batch, guarded by the revision that it was decided on, and
// only the row that the batch returns may be published (see key-change-queries.ts).

import { and, eq, gte, inArray, isNotNull, isNull, lte, type SQL, sql } from 'drizzle-orm'
import type { TokenTimes } from '../keys/rotation.ts'
import { type AuditEvent, insertEventWhere } from './audit-queries.ts'
import type { Database } from './client.ts'
import { isAsRead } from './key-change-queries.ts'
import type { Idempotency } from './new-key-queries.ts'
import { type LiveKey, selectKeys, toKeyRow } from './key-rows.ts'
import { revised } from './revision.ts'
import { apiKeys } from './schema/api-keys.ts'
import { tokens } from './schema/tokens.ts'
import type { SessionGuard } from './session-guard.ts'

export interface NewToken {
  readonly lookupId: string
  readonly tokenKey: string
  readonly sealedToken: string
  readonly lastFour: string
  readonly idempotency: Idempotency | undefined
}

/** A token that an earlier request with the same Idempotency-Key made. */
export interface RepeatedRotation {
  /** Null once the token has ended. */
  readonly sealedToken: string | null
  /** Whether the body of the request was the same. */
  readonly sameBody: boolean
}

/**
 * Makes a token the current one of its key. It is later than the others even if this clock is behind, because the
 * first token's authority counts the windows of all. `others`: the times of the key's other tokens from then on. The
 * key is no longer leaked. Undefined if the row changed since it was read, if the account is not active, or
 * if the session has ended.
 */
export async function insertToken(
  db: Database,
  read: LiveKey,
  made: NewToken,
  others: readonly TokenTimes[],
  sessionGuard: SessionGuard,
  event: AuditEvent,
): Promise<LiveKey | undefined> {
  const { lookupId, tokenKey, sealedToken, lastFour, idempotency } = made
  const guard = isAsRead(read, sessionGuard)
  const holds = sql`EXISTS (SELECT 1 FROM api_keys WHERE ${guard})`
  const unleaked = read.leakedAt === null ? {} : { leakedAt: null, enabled: true }
  const [, , , updated, rows] = await db.batch([
    insertEventWhere(db, event, holds),
    setTimes(db, read.id, others, holds),
    db.run(sql`
      INSERT INTO tokens (lookup_id, key_id, token_key, sealed_token, last_four, created_at,
        idempotency_key, idempotency_body)
      SELECT ${lookupId}, ${read.id}, ${tokenKey}, ${sealedToken}, ${lastFour},
        max(${event.at}, (SELECT coalesce(max(created_at), 0) + 1 FROM tokens WHERE key_id = ${read.id})),
        ${idempotency?.keys[0] ?? null}, ${idempotency?.bodies[0] ?? null}
      WHERE ${holds}`),
    db
      .update(apiKeys)
      .set({ ...edited(event.at), ...unleaked })
      .where(guard)
      .returning({ id: apiKeys.id }),
    selectKeys(db).where(eq(apiKeys.id, read.id)),
  ])
  return toChanged(updated, rows)
}

/**
 * Changes the times of a key's tokens. What a token keeps for a reveal goes with its end. `sessionGuard`: null
 * if the gateway does it. Undefined as with `insertToken`.
 */
export async function changeTokens(
  db: Database,
  read: LiveKey,
  changed: readonly TokenTimes[],
  sessionGuard: SessionGuard | null,
  event: AuditEvent,
): Promise<LiveKey | undefined> {
  const guard =
    sessionGuard === null
      ? and(eq(apiKeys.id, read.id), eq(apiKeys.revision, read.revision), isNull(apiKeys.deletedAt))
      : isAsRead(read, sessionGuard)
  const holds = sql`EXISTS (SELECT 1 FROM api_keys WHERE ${guard})`
  const [, , updated, rows] = await db.batch([
    insertEventWhere(db, event, holds),
    setTimes(db, read.id, changed, holds),
    db
      .update(apiKeys)
      .set(sessionGuard === null ? revised(event.at) : edited(event.at))
      .where(guard)
      .returning({ id: apiKeys.id }),
    selectKeys(db).where(eq(apiKeys.id, read.id)),
  ])
  return toChanged(updated, rows)
}

/** The token that a rotation of the key made, by its Idempotency-Key; undefined if there is none. */
export async function findRepeatedRotation(
  db: Database,
  keyId: string,
  { keys, bodies, since }: Idempotency,
): Promise<RepeatedRotation | undefined> {
  const { sealedToken, idempotencyBody, createdAt } = tokens
  const rows = await db
    .select({ sealedToken, idempotencyBody, createdAt })
    .from(tokens)
    .where(
      and(
        eq(tokens.keyId, keyId),
        inArray(tokens.idempotencyKey, [...keys]),
        gte(tokens.createdAt, since),
      ),
    )
  const [made] = rows.toSorted((a, b) => b.createdAt - a.createdAt)
  if (made === undefined) return undefined
  const sameBody = bodies.includes(made.idempotencyBody ?? '')
  return { sealedToken: made.sealedToken, sameBody }
}

/** The ids of keys whose old token has ended by `endedBy` without a record of it, at most `limit`. */
export async function listOverdueRotations(
  db: Database,
  endedBy: number,
  limit: number,
): Promise<string[]> {
  // A deletion ends all tokens of its key at once. No overlap of it is left to end.
  const ofDeleted = sql`EXISTS (SELECT 1 FROM api_keys
    WHERE id = ${tokens.keyId} AND deleted_at IS NOT NULL)`
  const isOverdue = and(isNotNull(tokens.endsAt), isNull(tokens.endedAt))
  const [, due] = await db.batch([
    db.update(tokens).set({ endsAt: null }).where(and(isOverdue, ofDeleted)),
    db
      .select({ keyId: tokens.keyId })
      .from(tokens)
      .where(and(isOverdue, lte(tokens.endsAt, endedBy)))
      .orderBy(tokens.endsAt)
      .limit(limit),
  ])
  return due.map(({ keyId }) => keyId)
}

/** A statement for a batch. It sets the times of tokens of a key, if `holds`. */
function setTimes(db: Database, keyId: string, changed: readonly TokenTimes[], holds: SQL) {
  return db.run(sql`
    UPDATE tokens SET replaced_at = n.value ->> 'replacedAt', ends_at = n.value ->> 'endsAt',
      ended_at = n.value ->> 'endedAt',
      token_key = iif(n.value ->> 'endedAt' IS NULL, token_key, NULL),
      sealed_token = iif(n.value ->> 'endedAt' IS NULL, sealed_token, NULL),
      idempotency_key = iif(n.value ->> 'endedAt' IS NULL, idempotency_key, NULL),
      idempotency_body = iif(n.value ->> 'endedAt' IS NULL, idempotency_body, NULL)
    FROM json_each(${JSON.stringify(changed)}) AS n
    WHERE lookup_id = n.value ->> 'lookupId' AND key_id = ${keyId} AND ${holds}`)
}

/** As `revised`, after an edit by the customer. */
function edited(nowMs: number) {
  return { ...revised(nowMs), version: sql`version + 1`, updatedAt: nowMs }
}

function toChanged(
  updated: readonly unknown[],
  rows: readonly Parameters<typeof toKeyRow>[0][],
): LiveKey | undefined {
  const row = rows.map(toKeyRow)[0]
  return updated.length > 0 && row?.kind === 'live' ? row : undefined
}
