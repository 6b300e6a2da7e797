import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

const DELIVERY_STATUSES = ['queued', 'next', 'failed'] as const

/**
 * Events that EVENTS_URL has not taken yet. A row goes once it is taken. Triggers in the database fill the
 * table: each event of the audit has a row, also one of an older version. They also keep `status`: of each
 * lane, the first row that has not failed is `next`, those behind it are `queued`. So a lane keeps its order.
 */
export const eventDeliveries = sqliteTable(
  'event_deliveries',
  {
    /** Rises in the order of the commits. */
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    /** Of an event of the audit, its id there. */
    eventId: text('event_id').notNull(),
    type: text('type').notNull(),
    at: integer('at').notNull(),
    accountId: text('account_id').notNull(),
    keyId: text('key_id'),
    /** The key, or the account where the event is about no key. */
    lane: text('lane').notNull(),
    /** What the event says if the audit does not have it. */
    data: text('data', { mode: 'json' }).$type<Readonly<Record<string, unknown>>>(),
    status: text('status', { enum: DELIVERY_STATUSES }).notNull().default('queued'),
    attempts: integer('attempts').notNull().default(0),
    /** From when on the three days of attempts count. */
    since: integer('since').notNull(),
    /** When the next attempt may be made. During an attempt, when another one may take its place. */
    nextAt: integer('next_at').notNull().default(0),
    triedAt: integer('tried_at'),
    /** Why the last attempt failed. */
    reason: text('reason'),
  },
  (table) => [
    uniqueIndex('event_deliveries_event_id').on(table.eventId),
    index('event_deliveries_lane').on(table.lane, table.status, table.sequence),
    index('event_deliveries_due')
      .on(table.nextAt, table.sequence)
      .where(sql`status = 'next'`),
    index('event_deliveries_waiting')
      .on(table.eventId)
      .where(sql`status <> 'failed'`),
    index('event_deliveries_failed')
      .on(table.eventId)
      .where(sql`status = 'failed'`),
  ],
)
