import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Reports of leaked tokens. Each is worked off, and stays for a minute, in which reports are counted. */
export const leakReports = sqliteTable(
  'leak_reports',
  {
    id: integer('id').primaryKey(),
    /** A keyed hash of the sender's network. */
    sender: text('sender').notNull(),
    /** One for each token that was reported. What was no token of this gateway has a random one. */
    lookupIds: text('lookup_ids', { mode: 'json' }).$type<string[]>().notNull(),
    /** Without anything that may be a token. */
    url: text('url'),
    note: text('note'),
    receivedAt: integer('received_at').notNull(),
    /** The last run of the cron that tried it. */
    triedAt: integer('tried_at').notNull().default(0),
    /** Since when the tokens let no request in. */
    doneAt: integer('done_at'),
  },
  (table) => [
    index('leak_reports_sender').on(table.sender, table.receivedAt),
    index('leak_reports_received_at').on(table.receivedAt),
    index('leak_reports_due')
      .on(table.triedAt)
      .where(sql`done_at IS NULL`),
  ],
)
