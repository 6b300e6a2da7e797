// The sessions of users, and what a log-in or a confirmation may use once.

import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { CONFIRMED_CALLS } from '../../shared/confirmed-call.ts'
import { accounts } from './accounts.ts'
import { users } from './users.ts'

export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    /** Keyed hash of the cookie's value. */
    tokenHash: text('token_hash').notNull(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    /** Versions without users leave it out. A trigger then fills in the account's oldest active owner. */
    userId: text('user_id').references(() => users.id, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    address: text('address'),
    userAgent: text('user_agent'),
    /** Null for sessions whose cookie has no tag yet (admin/session-token.ts). */
    isTagged: integer('is_tagged', { mode: 'boolean' }),
    /** The session at the identity provider (`sid`), which a logout there names. */
    providerSid: text('provider_sid'),
    /**
     * Whether a second factor was checked. A trigger keeps out sessions without it of users who have one, also
     * those of versions that do not know second factors.
     */
    hasSecondFactor: integer('has_second_factor', { mode: 'boolean' }),
  },
  (table) => [
    uniqueIndex('sessions_token_hash').on(table.tokenHash),
    index('sessions_account_id').on(table.accountId),
    index('sessions_user_id').on(table.userId),
    index('sessions_last_seen_at').on(table.lastSeenAt),
    index('sessions_created_at').on(table.createdAt),
    index('sessions_untagged')
      .on(table.id)
      .where(sql`is_tagged IS NULL`),
    index('sessions_provider_sid')
      .on(table.providerSid)
      .where(sql`provider_sid IS NOT NULL`),
  ],
)

/** That a person confirmed who they are at the identity provider: each is good for one call of its session. */
export const confirmations = sqliteTable(
  'confirmations',
  {
    /** A keyed hash of what the page holds. */
    hash: text('hash').primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    expiresAt: integer('expires_at').notNull(),
    /** The call that it is for, and the key; null for any one call. An older version looks at neither. */
    call: text('call', { enum: CONFIRMED_CALLS }),
    keyId: text('key_id'),
  },
  (table) => [
    index('confirmations_session_id').on(table.sessionId),
    index('confirmations_expires_at').on(table.expiresAt),
  ],
)

/** What may be used once: log-ins that were begun, and logout tokens. A row stays while it could come again. */
export const usedOnce = sqliteTable(
  'used_once',
  {
    /** A keyed hash. */
    hash: text('hash').primaryKey(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('used_once_expires_at').on(table.expiresAt)],
)

/**
 * Logouts at the identity provider. A log-in that began before such a logout starts no session, so that a logout
 * between the exchange of the code and the start of the session is not lost. A row stays as long as a log-in may take.
 */
export const providerLogouts = sqliteTable(
  'provider_logouts',
  {
    /** A keyed hash of the issuer, and of the session or the person that it named. */
    hash: text('hash').primaryKey(),
    /** When the newest one came. */
    at: integer('at').notNull(),
  },
  (table) => [index('provider_logouts_at').on(table.at)],
)
