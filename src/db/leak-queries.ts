// Reports of leaked tokens, until what they ask for is done. A finished report stays for a minute without its
// contents, because the reports of a sender are counted.

import { and, eq, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import { type AuditEvent, insertEventWhere } from './audit-queries.ts'
import type { Database } from './client.ts'
import { type LiveKey, selectKeys, toKeyRow } from './key-rows.ts'
import { revised } from './revision.ts'
import { apiKeys } from './schema/api-keys.ts'
import { leakReports } from './schema/leak-reports.ts'
import { tokens } from './schema/tokens.ts'

export interface NewReport {
  /** A keyed hash of the sender's network. */
  readonly sender: string
  readonly lookupIds: readonly string[]
  readonly url: string | null
  readonly note: string | null
  readonly receivedAt: number
}

export type StoredReport = Pick<
  typeof leakReports.$inferSelect,
  'id' | 'lookupIds' | 'url' | 'note' | 'receivedAt'
>

export interface ReportRate {
  readonly reports: number
  readonly withinMs: number
}

export type RecordedReport =
  | { readonly kind: 'recorded'; readonly report: StoredReport }
  | { readonly kind: 'too_many'; readonly waitMs: number }

const COLUMNS = {
  id: leakReports.id,
  lookupIds: leakReports.lookupIds,
  url: leakReports.url,
  note: leakReports.note,
  receivedAt: leakReports.receivedAt,
}

/** Records a report, if its sender has made fewer within that time. One statement, so none passes beside another. */
export async function recordLeakReport(
  db: Database,
  report: NewReport,
  { reports, withinMs }: ReportRate,
): Promise<RecordedReport> {
  const { sender, url, note, receivedAt } = report
  const lookupIds = JSON.stringify(report.lookupIds)
  const recent = sql`sender = ${sender} AND received_at > ${receivedAt - withinMs}`
  const [inserted, first] = await db.batch([
    db.all<{ id: number }>(sql`
      INSERT INTO leak_reports (sender, lookup_ids, url, note, received_at)
      SELECT ${sender}, ${lookupIds}, ${url}, ${note}, ${receivedAt}
      WHERE (SELECT count(*) FROM leak_reports WHERE ${recent}) < ${reports}
      RETURNING id`),
    // When it ends, another report is let in.
    db.all<{ at: number }>(sql`
      SELECT received_at AS at FROM leak_reports WHERE ${recent}
      ORDER BY received_at DESC LIMIT 1 OFFSET ${reports - 1}`),
  ])
  const [row] = inserted
  if (row !== undefined) {
    const stored = { id: row.id, lookupIds: [...report.lookupIds], url, note, receivedAt }
    return { kind: 'recorded', report: stored }
  }
  return { kind: 'too_many', waitMs: (first[0]?.at ?? receivedAt) + withinMs - receivedAt }
}

/** Claims up to `limit` reports for this run of the cron, those that were tried longest ago first. */
export async function takeLeakReports(
  db: Database,
  run: number,
  limit: number,
): Promise<StoredReport[]> {
  const due = sql`(SELECT id FROM leak_reports WHERE done_at IS NULL AND tried_at < ${run}
    ORDER BY tried_at LIMIT ${limit})`
  return await db
    .update(leakReports)
    .set({ triedAt: run })
    .where(sql`id IN ${due}`)
    .returning(COLUMNS)
}

/** Notes that everything is done that a report asks for. Its contents go. */
export async function finishLeakReport(db: Database, id: number, nowMs: number): Promise<void> {
  const wiped = { lookupIds: [], url: null, note: null }
  await db
    .update(leakReports)
    .set({ ...wiped, doneAt: nowMs })
    .where(eq(leakReports.id, id))
}

/** Removes finished reports that count no longer. */
export async function deleteFinishedReports(db: Database, beforeMs: number): Promise<void> {
  await db
    .delete(leakReports)
    .where(and(lt(leakReports.receivedAt, beforeMs), isNotNull(leakReports.doneAt)))
}

/** The ids of the keys that have one of these tokens, and which. */
export async function findKeysOfTokens(
  db: Database,
  lookupIds: readonly string[],
): Promise<{ readonly lookupId: string; readonly keyId: string }[]> {
  return await db
    .select({ lookupId: tokens.lookupId, keyId: tokens.keyId })
    .from(tokens)
    .where(inArray(tokens.lookupId, [...lookupIds]))
}

/** Pauses a key because its current token has leaked. Undefined if the row changed since it was read. */
export async function markLeaked(
  db: Database,
  read: LiveKey,
  event: AuditEvent,
): Promise<LiveKey | undefined> {
  const { id, revision, version } = apiKeys
  const guard = and(
    eq(id, read.id),
    eq(revision, read.revision),
    eq(version, read.version),
    isNull(apiKeys.deletedAt),
  )
  const [, updated, rows] = await db.batch([
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM api_keys WHERE ${guard})`),
    db
      .update(apiKeys)
      .set({
        enabled: false,
        leakedAt: event.at,
        ...revised(event.at),
        version: sql`version + 1`,
        updatedAt: event.at,
      })
      .where(guard)
      .returning({ id }),
    selectKeys(db).where(eq(id, read.id)),
  ])
  const row = rows.map(toKeyRow)[0]
  return updated.length > 0 && row?.kind === 'live' ? row : undefined
}
