// The accounts of customers. This folder has the tables of libSQL, the system of record. Times are in
// milliseconds since 1970. Ids start with the time they were made at (see ids.ts), so they sort by age. The
// migrations in drizzle/ are generated from these files and only add.

import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { ACCOUNT_STATUSES } from '../../keys/key-record.ts'
import type { RateLimit } from '../../keys/rate-limit.ts'

export const accounts = sqliteTable(
  'accounts',
  {
    id: text('id').primaryKey(),
    email: text('email').notNull(),
    /** The e-mail in lower case, by which versions without `canonicalEmail` find the account. */
    emailKey: text('email_key').notNull(),
    /**
     * The form by which e-mails are compared (admin/email.ts). Null in an older account until the cron
     * fills it. If another account has the form already, this is the account's own id, and only `emailKey`
     * finds it.
     */
    canonicalEmail: text('canonical_email'),
    name: text('name').notNull(),
    status: text('status', { enum: ACCOUNT_STATUSES }).notNull(),
    /** Whether the status must still reach keys that a restored database has lost, see admin/lost-keys.ts. */
    statusPending: integer('status_pending', { mode: 'boolean' }).notNull().default(false),
    /**
     * `email`, its two forms and this hash are those of the account's oldest active owner. Triggers keep them
     * so in both directions, because versions without users log in by them. A hash of zeros fits no password.
     */
    passwordHash: text('password_hash').notNull(),
    /** The account's id in the operator's own systems. */
    externalId: text('external_id'),
    /** How many live keys the account may have. A lower limit deletes no keys. */
    keyLimit: integer('key_limit').notNull().default(100),
    /** The limit that each key of the account is held to; null for none. */
    rateLimit: text('rate_limit', { mode: 'json' }).$type<RateLimit>(),
    /** Rises with every change. A change is guarded by the version that it was decided on. */
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('accounts_email_key').on(table.emailKey),
    uniqueIndex('accounts_canonical_email').on(table.canonicalEmail),
    uniqueIndex('accounts_external_id').on(table.externalId),
    index('accounts_status_pending')
      .on(table.id)
      .where(sql`status_pending`),
  ],
)
