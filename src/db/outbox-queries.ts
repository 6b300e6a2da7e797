// How far each change of a key has come: in libSQL, with its authority, in KV (see schema.ts). A row whose
// newest revision is not known to be in KV for good is in the outbox.

import { and, eq, gt, gte, inArray, lt, type SQL, sql } from 'drizzle-orm'
import type { IpAclMode } from '../keys/key-record.ts'
import { type AuditEvent, insertEventWhere } from './audit-queries.ts'
import type { Database } from './client.ts'
import { isLive, WIPED } from './key-queries.ts'
import { type KeyRow, selectKeys, toKeyRow } from './key-rows.ts'
import { apiKeys } from './schema.ts'

interface Revision {
  readonly id: string
  readonly revision: number
}

export async function findKeys(db: Database, ids: readonly string[]): Promise<KeyRow[]> {
  return (await selectKeys(db).where(inArray(apiKeys.id, [...ids]))).map(toKeyRow)
}

/** Live keys and tombstones, oldest first; `after` is the id after which the page starts. */
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

/** Those of the lookup ids that have a row. */
export async function findKnownLookupIds(
  db: Database,
  lookupIds: readonly string[],
): Promise<string[]> {
  const rows = await db
    .select({ lookupId: apiKeys.lookupId })
    .from(apiKeys)
    .where(inArray(apiKeys.lookupId, [...lookupIds]))
  return rows.map(({ lookupId }) => lookupId)
}

/**
 * Takes up to `limit` pending rows in hand that this run of the cron has not, those first which were not tried
 * since they changed. What fails again and again so leaves its turn to others, even where it ends the run.
 */
export async function takePending(db: Database, run: number, limit: number): Promise<KeyRow[]> {
  return await take(db, sql`enforced_revision < revision`, LEAST_RECENTLY_TRIED, run, limit)
}

/** Takes rows in hand as `takePending` does, of those that hold and are not known to be in KV for good. */
export async function takeEnforced(
  db: Database,
  run: number,
  settledBefore: number,
  limit: number,
): Promise<KeyRow[]> {
  // Those first that can leave the outbox, so that it empties when there is more than a run can do.
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

/** Notes that these revisions hold for the next request, where no newer note stands. */
export async function markEnforced(db: Database, revisions: readonly Revision[]): Promise<void> {
  const [first, ...others] = revisions.map(({ id, revision }) =>
    db
      .update(apiKeys)
      .set({ enforcedRevision: revision, triedAt: 0 }) // as good as new to those that publish
      .where(and(isAtLeast(id, revision), lt(apiKeys.enforcedRevision, revision))),
  )
  if (first !== undefined) await db.batch([first, ...others])
}

/** Notes that these revisions are in KV for good. */
export async function markPublished(db: Database, revisions: readonly Revision[]): Promise<void> {
  const [first, ...others] = revisions.map(({ id, revision }) =>
    db
      .update(apiKeys)
      .set({ publishedRevision: revision })
      .where(and(isAtLeast(id, revision), lt(apiKeys.publishedRevision, revision))),
  )
  if (first !== undefined) await db.batch([first, ...others])
}

/** A note about a revision that the row does not have is about changes which the database has lost. */
function isAtLeast(id: string, revision: number): SQL | undefined {
  return and(eq(apiKeys.id, id), gte(apiKeys.revision, revision))
}

/** What a row takes back of the changes that its database has lost, and the event that tells so. */
export interface TakenBack {
  readonly ipAcl: readonly string[]
  readonly ipAclMode: IpAclMode
  readonly event: AuditEvent
}

/** Raises a row that is still as it was read above a revision that its authority holds. */
export async function raiseRevision(
  db: Database,
  read: KeyRow,
  above: number,
  nowMs: number,
  takenBack: TakenBack | null,
): Promise<void> {
  const asRead = and(eq(apiKeys.id, read.id), eq(apiKeys.revision, read.revision))
  const raised = { revision: above + 1, revisedAt: nowMs }
  if (takenBack === null) {
    await db.update(apiKeys).set(raised).where(asRead)
    return
  }
  const { ipAcl, ipAclMode, event } = takenBack
  const edited = { ipAcl: [...ipAcl], ipAclMode, version: sql`version + 1`, updatedAt: nowMs }
  await db.batch([
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM api_keys WHERE ${asRead})`),
    db
      .update(apiKeys)
      .set({ ...raised, ...edited })
      .where(asRead),
  ])
}

/** Wipes a live row whose key was deleted in a time that this database has lost. */
export async function buryKey(
  db: Database,
  read: KeyRow,
  above: number,
  nowMs: number,
): Promise<void> {
  const revision = Math.max(above, read.revision) + 1
  await db
    .update(apiKeys)
    .set({ ...WIPED, revision, revisedAt: nowMs, deletedAt: nowMs })
    .where(isLive(read.id))
}
