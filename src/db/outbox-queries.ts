// How far each change of a key has come: in libSQL, with its authority, in KV. A row whose newest
// revision is not known to be in KV is in the outbox.

import { and, eq, gt, gte, inArray, lt, type SQL, sql } from 'drizzle-orm'
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

/** The ids of the outbox, oldest change first. */
export async function listUnpublished(db: Database, limit: number): Promise<string[]> {
  return await listOutbox(db, UNPUBLISHED, limit)
}

/** The ids of those that hold for the next request and are not in KV yet, oldest change first. */
export async function listEnforced(db: Database, limit: number): Promise<string[]> {
  return await listOutbox(db, and(UNPUBLISHED, sql`enforced_revision >= revision`), limit)
}

/** The ids of those that are not known to hold for the next request, oldest change first. */
export async function listPending(db: Database, limit: number): Promise<string[]> {
  return await listOutbox(db, and(UNPUBLISHED, sql`enforced_revision < revision`), limit)
}

const UNPUBLISHED = sql`published_revision < revision`

async function listOutbox(db: Database, which: SQL | undefined, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(which)
    .orderBy(apiKeys.revisedAt)
    .limit(limit)
  return rows.map(({ id }) => id)
}

/**
 * The ids of rows that changed after `sinceMs`: of more than `limit`, first those whose turn it is, which
 * each row has once in `turns`, then any others.
 */
export async function listRevisedSince(
  db: Database,
  sinceMs: number,
  limit: number,
  turn: number,
  turns: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(gt(apiKeys.revisedAt, sinceMs))
    .orderBy(sql`rowid % ${turns} = ${turn % turns} DESC`, sql`random()`)
    .limit(limit)
  return rows.map(({ id }) => id)
}

/** Notes that these revisions hold for the next request, where no newer note stands. */
export async function markEnforced(db: Database, revisions: readonly Revision[]): Promise<void> {
  const [first, ...others] = revisions.map(({ id, revision }) =>
    db
      .update(apiKeys)
      .set({ enforcedRevision: revision })
      .where(and(isAtLeast(id, revision), lt(apiKeys.enforcedRevision, revision))),
  )
  if (first !== undefined) await db.batch([first, ...others])
}

/** Notes that these revisions are in KV, and so hold; answers the rows as they now are. */
export async function markPublished(
  db: Database,
  revisions: readonly Revision[],
): Promise<KeyRow[]> {
  const [first, ...others] = revisions.map(({ id, revision }) =>
    db
      .update(apiKeys)
      .set({ publishedRevision: revision })
      .where(and(isAtLeast(id, revision), lt(apiKeys.publishedRevision, revision))),
  )
  if (first === undefined) return []
  // Written first: a batch that begins with a read is refused as busy when it comes to write and
  // another writer was faster. Read in a statement of its own, so later still.
  await db.batch([first, ...others])
  return await findKeys(
    db,
    revisions.map(({ id }) => id),
  )
}

/** A note about a revision that the row does not have is about changes which the database has lost. */
function isAtLeast(id: string, revision: number): SQL | undefined {
  return and(eq(apiKeys.id, id), gte(apiKeys.revision, revision))
}

/** Raises a row that is still as it was read above a revision that its authority holds. */
export async function raiseRevision(
  db: Database,
  read: KeyRow,
  above: number,
  nowMs: number,
): Promise<void> {
  await db
    .update(apiKeys)
    .set({ revision: above + 1, revisedAt: nowMs })
    .where(and(eq(apiKeys.id, read.id), eq(apiKeys.revision, read.revision)))
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
