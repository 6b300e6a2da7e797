// Audit events are written in the batch that makes the change, under the same guard: no change
// without its event, no event without its change.

import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from './client.ts'
import { auditEvents } from './schema.ts'

export type AuditEvent = typeof auditEvents.$inferInsert
export type EventRow = typeof auditEvents.$inferSelect

/** A statement for a batch: inserts the event where `guard` holds. */
export function insertEventWhere(db: Database, event: AuditEvent, guard: SQL) {
  const changes = event.changes === undefined ? null : JSON.stringify(event.changes)
  return db.run(sql`
    INSERT INTO audit_events (id, at, account_id, key_id, actor, action, address, changes)
    SELECT ${event.id}, ${event.at}, ${event.accountId}, ${event.keyId ?? null}, ${event.actor},
           ${event.action}, ${event.address ?? null}, ${changes}
    WHERE ${guard}`)
}

/** Records what changes no row, such as a reveal. */
export async function insertEvent(db: Database, event: AuditEvent): Promise<void> {
  await db.insert(auditEvents).values(event)
}

export interface EventFilter {
  /** Undefined for all accounts. */
  readonly accountId: string | undefined
  readonly keyId: string | undefined
  /** The id after which the page starts; undefined for the first. */
  readonly before: string | undefined
}

/** Events, newest first. */
export async function listEvents(
  db: Database,
  filter: EventFilter,
  limit: number,
): Promise<EventRow[]> {
  const { accountId, keyId, before } = filter
  return await db
    .select()
    .from(auditEvents)
    .where(
      and(
        accountId === undefined ? undefined : eq(auditEvents.accountId, accountId),
        keyId === undefined ? undefined : eq(auditEvents.keyId, keyId),
        before === undefined ? undefined : lt(auditEvents.id, before),
      ),
    )
    .orderBy(desc(auditEvents.id))
    .limit(limit)
}
