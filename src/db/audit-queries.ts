// Audit events. An event is written in the batch that makes the change, under the same guard. So there is no
// change without its event, and no event without its change.

import { and, desc, eq, getTableColumns, gte, lt, type SQL, sql } from 'drizzle-orm'
import { firstId } from '../shared/ids.ts'
import { isOnPage, pageBytes } from './bounded-page.ts'
import type { Database } from './client.ts'
import { auditEvents } from './schema/audit-events.ts'

export type AuditEvent = typeof auditEvents.$inferInsert
export type EventRow = typeof auditEvents.$inferSelect

/** `pageBytes`: an upper bound for the bytes that the event takes in an answer. */
export type ListedEvent = EventRow & { readonly pageBytes: number }

/** A statement for a batch. It inserts the event if `guard` holds. */
export function insertEventWhere(db: Database, event: AuditEvent, guard: SQL) {
  const changes = event.changes === undefined ? null : JSON.stringify(event.changes)
  return db.run(sql`
    INSERT INTO audit_events (id, at, account_id, key_id, actor, operator, user_id, user_email,
      action, address, changes)
    SELECT ${event.id}, ${event.at}, ${event.accountId}, ${event.keyId ?? null}, ${event.actor},
           ${event.operator ?? null}, ${event.userId ?? null}, ${event.userEmail ?? null}, ${event.action}, ${event.address ?? null}, ${changes}
    WHERE ${guard}`)
}

/**
 * A statement for a batch. It inserts an event for each session that `ended` selects, with the actor of
 * `cause`.
 */
export function insertSessionEnds(db: Database, cause: AuditEvent, ended: SQL) {
  // A session that nobody here ended was ended by its own user, at the identity provider.
  const isOwn = cause.actor === 'gateway'
  const userId = isOwn ? sql`user_id` : (cause.userId ?? null)
  const userEmail = isOwn
    ? sql`(SELECT email FROM users WHERE users.id = sessions.user_id)`
    : (cause.userEmail ?? null)
  // Ids as `newId` makes them. SQL makes them here, because only the batch knows which sessions end.
  return db.run(sql`
    INSERT INTO audit_events (id, at, account_id, key_id, actor, operator, user_id, user_email,
      action, address, changes)
    SELECT 'evt_' || printf('%012x', ${cause.at}) || lower(hex(randomblob(10))), ${cause.at},
           account_id, NULL, ${cause.actor}, ${cause.operator ?? null}, ${userId},
           ${userEmail}, 'session.delete', ${cause.address ?? null}, '{}'
    FROM sessions WHERE ${ended}`)
}

/** Inserts an event of something that changes no row, such as a failed confirmation. */
export async function insertEvent(db: Database, event: AuditEvent): Promise<void> {
  await db.insert(auditEvents).values(event)
}

/** The event at `place` among an account's events since a time; the newest event is at place 1. */
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
  /** The last id of the page before; undefined for the first page. */
  readonly before: string | undefined
}

const BYTES = pageBytes(auditEvents.changes)

/** Events, newest first: at most `limit`, and at most one beyond the bytes of a page. */
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
  const page = isOnPage({ table: auditEvents, id: auditEvents.id, bytes: BYTES }, where, limit)
  return await db
    .select({ ...getTableColumns(auditEvents), pageBytes: BYTES })
    .from(auditEvents)
    .where(and(where, page))
    .orderBy(desc(auditEvents.id))
    .limit(limit)
}
