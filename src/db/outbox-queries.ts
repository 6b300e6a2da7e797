// The outbox: rows whose newest revision is not known to be in KV for good. Each row records how far its
// change has come: in libSQL, at its authority, in KV (see schema/api-keys.ts).

import { and, eq, gt, gte, inArray, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { IpAclMode } from '../keys/key-record.ts'
import type { Identified } from '../keys/lineage.ts'
import type { RateLimit } from '../keys/rate-limit.ts'
import { type AuditEvent, insertEventWhere } from './audit-queries.ts'
import type { Database } from './client.ts'
import { isLive } from './key-change-queries.ts'
import { ENDED_COLUMNS, TOMBSTONE_COLUMNS } from './tombstone.ts'
import { type KeyRow, selectKeys, type Token, toKeyRow } from './key-rows.ts'
import { revised, revisedAbove } from './revision.ts'
import { apiKeys } from './schema/api-keys.ts'
import { tokens } from './schema/tokens.ts'

/** A revision of a row. */
export interface Revision {
  readonly id: string
  readonly revision: number
}

export async function findKeys(db: Database, ids: readonly string[]): Promise<KeyRow[]> {
  return (await selectKeys(db).where(inArray(apiKeys.id, [...ids]))).map(toKeyRow)
}

/** A page of live keys and tombstones, oldest first; `after` is the last id of the page before. */
export async function listKeysAfter(
  db: Database,
  after: string | null,
  limit: number,
): Promise<KeyRow[]> {
  const rows = await selectKeys(db)
    .where(after === null ? undefined : gt(apiKeys.id, after))
    .orderBy(apiKeys.id)
    .limit(limit)
  return rows.map(toKeyRow)
}

export async function countKeys(db: Database): Promise<number> {
  return await db.$count(apiKeys)
}

/** Those of the given lookup ids whose token has a row. */
export async function findKnownLookupIds(
  db: Database,
  lookupIds: readonly string[],
): Promise<string[]> {
  const rows = await db
    .select({ lookupId: tokens.lookupId })
    .from(tokens)
    .where(inArray(tokens.lookupId, [...lookupIds]))
  return rows.map(({ lookupId }) => lookupId)
}

/**
 * Claims up to `limit` pending rows for this run of the cron. Rows that were not tried since they changed
 * come first. So a row that fails again and again does not block others, even if it ends the run.
 */
export async function takePending(db: Database, run: number, limit: number): Promise<KeyRow[]> {
  return await take(db, sql`enforced_revision < revision`, LEAST_RECENTLY_TRIED, run, limit)
}

/** As `takePending`, for rows that are enforced and not known to be in KV for good. */
export async function takeEnforced(
  db: Database,
  run: number,
  settledBefore: number,
  limit: number,
): Promise<KeyRow[]> {
  // Rows that can leave the outbox come first, so that it empties even if there is more than a run can do.
  const order = sql`revised_at > ${settledBefore}, ${LEAST_RECENTLY_TRIED}`
  return await take(db, sql`enforced_revision >= revision`, order, run, limit)
}

const LEAST_RECENTLY_TRIED = sql`iif(tried_at > revised_at, tried_at, 0), revised_at`

async function take(
  db: Database,
  which: SQL,
  order: SQL,
  run: number,
  limit: number,
): Promise<KeyRow[]> {
  const outbox = sql`(SELECT id FROM api_keys WHERE published_revision < revision AND ${which}
    AND tried_at <> ${run} ORDER BY ${order} LIMIT ${limit})`
  const taken = await db
    .update(apiKeys)
    .set({ triedAt: run })
    .where(sql`id IN ${outbox}`)
    .returning({ id: apiKeys.id })
  const ids = taken.map(({ id }) => id)
  return ids.length === 0 ? [] : await findKeys(db, ids)
}

/** Marks these revisions as holding for the next request, unless a newer one is marked. */
export async function markEnforced(db: Database, revisions: readonly Revision[]): Promise<void> {
  const [first, ...others] = revisions.map(({ id, revision }) =>
    db
      .update(apiKeys)
      .set({ enforcedRevision: revision, triedAt: 0 }) // not tried yet for publishing
      .where(and(isAtLeast(id, revision), lt(apiKeys.enforcedRevision, revision))),
  )
  if (first !== undefined) await db.batch([first, ...others])
}

/** Marks these revisions as being in KV for good. Tokens that have ended by then are brought no more. */
export async function markPublished(db: Database, revisions: readonly Revision[]): Promise<void> {
  const [first, ...others] = revisions.flatMap(({ id, revision }) => {
    const isMarked = db
      .select({ id: apiKeys.id })
      .from(apiKeys)
      .where(and(eq(apiKeys.id, id), eq(apiKeys.revision, revision)))
    return [
      db
        .update(apiKeys)
        .set({ publishedRevision: revision })
        .where(and(isAtLeast(id, revision), lt(apiKeys.publishedRevision, revision))),
      db
        .update(tokens)
        .set({ isFinal: true })
        .where(
          and(
            inArray(tokens.keyId, isMarked),
            isNotNull(tokens.endedAt),
            eq(tokens.isFinal, false),
          ),
        ),
    ] as const
  })
  if (first !== undefined) await db.batch([first, ...others])
}

/** A mark above the row's own revision belongs to changes that a restored database has lost. */
function isAtLeast(id: string, revision: number): SQL | undefined {
  return and(eq(apiKeys.id, id), gte(apiKeys.revision, revision))
}

/** What a row takes back from its authority after the database lost it, and the audit event. */
export interface TakenBack {
  readonly ipAcl: readonly string[]
  readonly ipAclMode: IpAclMode
  readonly enabled: boolean
  readonly leakedAt: number | null
  readonly expiresAt: number | null
  readonly rateLimit: RateLimit | null
  /** The token whose authority was asked, and when it ends. */
  readonly lookupId: string
  readonly endsAt: number | null
  readonly event: AuditEvent
}

/**
 * Raises a row above what an authority holds, and notes that the row comes from it. False if the row changed since it
 * was read.
 */
export async function raiseRevision(
  db: Database,
  read: KeyRow,
  takenBack: TakenBack | null,
  held: Identified,
  nowMs: number,
): Promise<boolean> {
  const asRead = and(eq(apiKeys.id, read.id), eq(apiKeys.revision, read.revision))
  const raised = revisedAbove(held, nowMs)
  if (takenBack === null) {
    const updated = await db.update(apiKeys).set(raised).where(asRead).returning({ id: apiKeys.id })
    return updated.length > 0
  }
  const { event, lookupId, endsAt, ...settings } = takenBack
  const edited = { ...settings, ipAcl: [...settings.ipAcl], version: sql`version + 1` }
  // A token with an end was replaced, even where the database has lost the token that replaced it.
  const end = endsAt === null ? {} : { replacedAt: sql`coalesce(replaced_at, ${nowMs})` }
  const [, , updated] = await db.batch([
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM api_keys WHERE ${asRead})`),
    db
      .update(tokens)
      .set({ endsAt, ...end })
      .where(
        and(eq(tokens.lookupId, lookupId), sql`EXISTS (SELECT 1 FROM api_keys WHERE ${asRead})`),
      ),
    db
      .update(apiKeys)
      .set({ ...raised, ...edited, updatedAt: nowMs })
      .where(asRead)
      .returning({ id: apiKeys.id }),
  ])
  return updated.length > 0
}

/** Turns a live row into a tombstone, after its authority showed that a deletion was lost. */
export async function tombstoneKey(
  db: Database,
  read: KeyRow,
  held: Identified,
  nowMs: number,
): Promise<void> {
  await db
    .update(apiKeys)
    .set({ ...TOMBSTONE_COLUMNS, ...revisedAbove(held, nowMs), deletedAt: nowMs })
    .where(isLive(read.id))
}

/** Records the end of a token, after its authority showed that the database has lost it. */
export async function recordLostEnd(
  db: Database,
  read: KeyRow,
  { lookupId }: Token,
  endedAt: number,
  nowMs: number,
): Promise<void> {
  await db.batch([
    db
      .update(tokens)
      .set({ ...ENDED_COLUMNS, endedAt })
      .where(and(eq(tokens.lookupId, lookupId), isNull(tokens.endedAt))),
    db.update(apiKeys).set(revised(nowMs)).where(eq(apiKeys.id, read.id)),
  ])
}
