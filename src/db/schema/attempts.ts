// What slows down guesses of passwords.

import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { accounts } from './accounts.ts'
import { users } from './users.ts'

/** Networks that a user logged in from lately. Guesses from elsewhere do not slow these down. */
export const logInNetworks = sqliteTable(
  'log_in_networks',
  {
    /** A keyed hash of e-mail and network; it reveals neither. */
    network: text('network').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    /** As in `sessions`. */
    userId: text('user_id').references(() => users.id, { onDelete: 'cascade' }),
    lastAt: integer('last_at').notNull(),
  },
  (table) => [
    index('log_in_networks_account_id').on(table.accountId, table.lastAt),
    index('log_in_networks_user_id').on(table.userId, table.lastAt),
    index('log_in_networks_last_at').on(table.lastAt),
  ],
)

/** Counters of password attempts (admin/throttle.ts). A success removes the row. */
export const attempts = sqliteTable(
  'attempts',
  {
    /** A keyed hash; it reveals neither e-mail nor address. */
    bucket: text('bucket').primaryKey(),
    count: integer('count').notNull(),
    /** When the next attempt may be made. */
    nextAt: integer('next_at').notNull(),
    lastAt: integer('last_at').notNull(),
  },
  (table) => [index('attempts_last_at').on(table.lastAt)],
)
