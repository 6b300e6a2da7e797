// The events that wait for EVENTS_URL, see schema/event-deliveries.ts.

import { and, count, desc, eq, getTableColumns, inArray, lt, min, sql } from 'drizzle-orm'
import { firstId } from '../shared/ids.ts'
import type { Database } from './client.ts'
import { auditEvents } from './schema/audit-events.ts'
import { eventDeliveries } from './schema/event-deliveries.ts'

export type DeliveryRow = typeof eventDeliveries.$inferSelect

/** A row that was claimed, with its event of the audit. That is null if the event is not of the audit. */
export interface ClaimedEvent extends DeliveryRow {
  readonly audit: typeof auditEvents.$inferSelect | null
}

/** What came of an attempt: taken, to be tried again at a time, or given up. */
export type Outcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly reason: string; readonly nextAt: number | null }

/** As the partial indexes have it. */
const WAITING = sql`status <> 'failed'`
const FAILED = sql`status = 'failed'`

/** How many rows a chore removes in one run. */
const ROWS_PER_RUN = 1_000

/**
 * Claims the first events of up to `limit` lanes that are due, for `leaseMs`. A claimed row stays the first of
 * its lane, so nobody else can send a later one. New events come before those that have failed.
 */
export async function claimEvents(
  db: Database,
  due: { readonly dueMs: number; readonly nowMs: number; readonly leaseMs: number },
  limit: number,
): Promise<ClaimedEvent[]> {
  const claimed = await db
    .update(eventDeliveries)
    .set({
      attempts: sql`attempts + 1`,
      triedAt: due.nowMs,
      nextAt: due.nowMs + due.leaseMs,
      reason: null,
    })
    .where(
      sql`sequence IN (SELECT sequence FROM event_deliveries
        WHERE status = 'next' AND next_at <= ${due.dueMs} ORDER BY next_at, sequence LIMIT ${limit})`,
    )
    .returning({ sequence: eventDeliveries.sequence })
  if (claimed.length === 0) return []
  return await db
    .select({ ...getTableColumns(eventDeliveries), audit: getTableColumns(auditEvents) })
    .from(eventDeliveries)
    .leftJoin(auditEvents, eq(auditEvents.id, eventDeliveries.eventId))
    .where(
      inArray(
        eventDeliveries.sequence,
        claimed.map(({ sequence }) => sequence),
      ),
    )
}

/** Removes what was taken, and notes what was not. What another run has claimed since is left to it. */
export async function settleEvents(
  db: Database,
  settled: readonly { readonly event: ClaimedEvent; readonly outcome: Outcome }[],
): Promise<void> {
  const [first, ...others] = settled.map(({ event, outcome }) => {
    const isRow = eq(eventDeliveries.sequence, event.sequence)
    if (outcome.kind === 'taken') return db.delete(eventDeliveries).where(isRow)
    const { reason, nextAt } = outcome
    return db
      .update(eventDeliveries)
      .set(nextAt === null ? { reason, status: 'failed' } : { reason, nextAt })
      .where(and(isRow, eq(eventDeliveries.attempts, event.attempts)))
  })
  if (first !== undefined) await db.batch([first, ...others])
}

export interface DeliveryFilter {
  /** Whether they are given up; undefined for both. */
  readonly failed: boolean | undefined
  /** The last id of the page before; undefined for the first page. */
  readonly before: string | undefined
}

/** Events that were not taken yet, newest first. */
export async function listDeliveries(
  db: Database,
  { failed, before }: DeliveryFilter,
  limit: number,
): Promise<DeliveryRow[]> {
  const { eventId } = eventDeliveries
  return await db
    .select()
    .from(eventDeliveries)
    .where(
      and(
        failed === undefined ? undefined : failed ? FAILED : WAITING,
        before === undefined ? undefined : lt(eventId, before),
      ),
    )
    .orderBy(desc(eventId))
    .limit(limit)
}

/**
 * Gives events that were given up three days more, and makes all that wait due at once. How many they are.
 * Leaves out what is being sent now, which has no reason yet.
 */
export async function retryEvents(db: Database, nowMs: number): Promise<number> {
  const again = { status: 'queued', attempts: 0, since: nowMs, nextAt: 0 } as const
  const [due, failed] = await db.batch([
    db
      .update(eventDeliveries)
      .set({ nextAt: 0 })
      .where(sql`status = 'next' AND next_at > ${nowMs} AND reason IS NOT NULL`)
      .returning({ sequence: eventDeliveries.sequence }),
    db
      .update(eventDeliveries)
      .set(again)
      .where(
        sql`sequence IN (SELECT sequence FROM event_deliveries WHERE status = 'failed'
          ORDER BY event_id LIMIT ${ROWS_PER_RUN})`,
      )
      .returning({ sequence: eventDeliveries.sequence }),
  ])
  return due.length + failed.length
}

export interface EventProgress {
  readonly waiting: number
  readonly oldestAtMs: number | null
  /** Given up after three days. */
  readonly failed: number
}

export async function readEventProgress(db: Database): Promise<EventProgress> {
  const [[waiting], [failed]] = await db.batch([
    db
      .select({ count: count(), oldest: min(eventDeliveries.at) })
      .from(eventDeliveries)
      .where(WAITING),
    db.select({ count: count() }).from(eventDeliveries).where(FAILED),
  ])
  return {
    waiting: waiting?.count ?? 0,
    oldestAtMs: waiting?.oldest ?? null,
    failed: failed?.count ?? 0,
  }
}

/** Removes events from before a time, given up or not. Those of an `onlyFailed` run have been given up. */
export async function deleteEventsBefore(
  db: Database,
  beforeMs: number,
  onlyFailed: boolean,
): Promise<void> {
  const old = sql`event_id < ${firstId('evt', beforeMs)}`
  const which = onlyFailed ? sql`status = 'failed' AND ${old}` : old
  await db
    .delete(eventDeliveries)
    .where(
      sql`sequence IN (SELECT sequence FROM event_deliveries WHERE ${which} LIMIT ${ROWS_PER_RUN})`,
    )
}
