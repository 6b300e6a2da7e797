// Audit events are written in the batch that makes the change, under the same guard: no change
// without its event, no event without its change.

import { and, desc, eq, getTableColumns, gte, lt, type SQL, sql } from 'drizzle-orm'
import { firstId } from '../ids.ts'
import { onPage, pageBytes } from './bounded-page.ts'
import type { Database } from './client.ts'
import { auditEvents } from './schema.ts'

export type AuditEvent = typeof auditEvents.$inferInsert
export type EventRow = typeof auditEvents.$inferSelect

/** `pageBytes`: how many bytes the event takes in an answer, at most. */
export type ListedEvent = EventRow & { readonly pageBytes: number }

/** A statement for a batch: inserts the event where `guard` holds. */
export function insertEventWhere(db: Database, event: AuditEvent, guard: SQL) {
  const changes = event.changes === undefined ? null : JSON.stringify(event.changes)
  return db.run(sql`
    INSERT INTO audit_events (id, at, account_id, key_id, actor, action, address, changes)
    SELECT ${event.id}, ${event.at}, ${event.accountId}, ${event.keyId ?? null}, ${event.actor},
           ${event.action}, ${event.address ?? null}, ${changes}
    WHERE ${guard}`)
}

/** A statement for a batch: an event for each session that the next statement ends, by whom `cause` was. */
export function insertSessionEnds(db: Database, cause: AuditEvent, ended: SQL) {
  // As `newId` makes them (ids.ts): there can be many, and the batch alone knows which.
  return db.run(sql`
    INSERT INTO audit_events (id, at, account_id, key_id, actor, action, address, changes)
    SELECT 'evt_' || printf('%012x', ${cause.at}) || lower(hex(randomblob(10))), ${cause.at},
           account_id, NULL, ${cause.actor}, 'session.delete', ${cause.address ?? null}, '{}'
    FROM sessions WHERE ${ended}`)
}

/** Records what changes no row, such as a reveal. */
export async function insertEvent(db: Database, event: AuditEvent): Promise<void> {
  await db.insert(auditEvents).values(event)
}

/** Of an account's events since a time, the one that is `place` from the newest on; the newest is 1. */
export async function findRecentEvent(
  db: Database,
  accountId: string,
  sinceMs: number,
  place: number,
): Promise<{ readonly at: number } | undefined> {
  const recent = gte(auditEvents.id, firstId('evt', sinceMs))
  const rows = await db
    .select({ at: auditEvents.at })
    .from(auditEvents)
    .where(and(eq(auditEvents.accountId, accountId), recent))
    .orderBy(desc(auditEvents.id))
    .limit(1)
    .offset(place - 1)
  return rows[0]
}

export interface EventFilter {
  /** Undefined for all accounts. */
  readonly accountId: string | undefined
  readonly keyId: string | undefined
  /** The id after which the page starts; undefined for the first. */
  readonly before: string | undefined
}

const BYTES = pageBytes(auditEvents.changes)

/** Events, newest first: `limit` at most, and no more than one beyond the bytes of a page. */
export async function listEvents(
  db: Database,
  filter: EventFilter,
  limit: number,
): Promise<ListedEvent[]> {
  const { accountId, keyId, before } = filter
  const where = and(
    accountId === undefined ? undefined : eq(auditEvents.accountId, accountId),
    keyId === undefined ? undefined : eq(auditEvents.keyId, keyId),
    before === undefined ? undefined : lt(auditEvents.id, before),
  )
  const page = onPage({ table: auditEvents, id: auditEvents.id, bytes: BYTES }, where, limit)
  return await db
    .select({ ...getTableColumns(auditEvents), pageBytes: BYTES })
    .from(auditEvents)
    .where(and(where, page))
    .orderBy(desc(auditEvents.id))
    .limit(limit)
}
