import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { ROLES } from '../../shared/roles.ts'
import { accounts } from './accounts.ts'

export const USER_STATUSES = ['active', 'disabled'] as const

/** The people of an account. A trigger makes the first of them from a new account. */
export const users = sqliteTable(
  'users',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    email: text('email').notNull(),
    /** The e-mail in lower case, and its canonical form, as in `accounts`. No two users share one. */
    emailKey: text('email_key'),
    canonicalEmail: text('canonical_email'),
    name: text('name').notNull(),
    role: text('role', { enum: ROLES }).notNull(),
    status: text('status', { enum: USER_STATUSES }).notNull(),
    /** See admin/password.ts for the form; null for a user without a password. */
    passwordHash: text('password_hash'),
    /** Who the person is at an identity provider; null for a local user. Such a user has no `email_key`. */
    issuer: text('issuer'),
    subject: text('subject'),
    /** Rises with every change by the operator, which is guarded by the version that it was decided on. */
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    lastLoginAt: integer('last_login_at'),
  },
  (table) => [
    index('users_account_id').on(table.accountId, table.id),
    uniqueIndex('users_email_key').on(table.emailKey),
    uniqueIndex('users_canonical_email').on(table.canonicalEmail),
    uniqueIndex('users_subject')
      .on(table.issuer, table.subject)
      .where(sql`subject IS NOT NULL`),
  ],
)
