import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { apiKeys } from './api-keys.ts'

/**
 * The tokens of keys. The current token of a key has neither `replaced_at` nor `ended_at`. During a rotation
 * there is also the old token, which has `replaced_at` and `ends_at`.
 */
export const tokens = sqliteTable(
  'tokens',
  {
    /** Keyed hash of the token. It finds the token and does not authenticate. */
    lookupId: text('lookup_id').primaryKey(),
    keyId: text('key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    /** The key of TOKEN_KEYS that made the token; it must stay in the ring until the token has ended. */
    tokenKey: text('token_key'),
    /** The token for a reveal, see keys/sealed-token.ts. Null once it has ended. */
    sealedToken: text('sealed_token'),
    /**
     * The last four characters of the token, by which its owner knows it. Null once it has ended, and in older
     * rows until they are shown. Of the token's 256 bits they tell 24.
     */
    lastFour: text('last_four'),
    createdAt: integer('created_at').notNull(),
    /** When a rotation made another token the current one. */
    replacedAt: integer('replaced_at'),
    /** From then on a replaced token is refused. */
    endsAt: integer('ends_at'),
    /** Since when the token is refused for ever. */
    endedAt: integer('ended_at'),
    /** Whether KV has the end for good. Then the token is brought nowhere any more. */
    isFinal: integer('is_final', { mode: 'boolean' }).notNull().default(false),
    /** Keyed hashes of the Idempotency-Key of the rotation that made the token, and of its body. */
    idempotencyKey: text('idempotency_key'),
    idempotencyBody: text('idempotency_body'),
  },
  (table) => [
    index('tokens_key_id').on(table.keyId, table.isFinal),
    index('tokens_ends_at')
      .on(table.endsAt)
      .where(sql`ends_at IS NOT NULL AND ended_at IS NULL`),
  ],
)
