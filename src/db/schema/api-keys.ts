import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { IP_ACL_MODES } from '../../keys/key-record.ts'
import { PLATFORMS } from '../../keys/platform.ts'
import type { RateLimit } from '../../keys/rate-limit.ts'
import { accounts } from './accounts.ts'

/**
 * A deleted key is a tombstone. Its details and its token are null.
 *
 * Four counters tell how far a change has come. The other three are never above `revision`.
 *
 * | differ | when |
 * | --- | --- |
 * | `version` < `revision` | after a deletion, a change of the account or a repair; none of them changes the ETag |
 * | `enforced_revision` < `revision` | the change is recorded and not known to hold: it is pending |
 * | `published_revision` < `revision` | the row is in the outbox: KV may lag behind, or a late writer may spoil it |
 * | `enforced_revision` < `published_revision` | in rows from before the first was kept; what is published holds |
 */
export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    /**
     * These three are for versions that know one token a key. Triggers keep them as `tokens` has them, and
     * make the token of a new row from them. Without `sealed_token`, such a version cannot read a live row, and
     * answers 503. That is so where the key is paused, has an end or a rate limit, or has two tokens.
     */
    lookupId: text('lookup_id').notNull(),
    tokenKey: text('token_key'),
    sealedToken: text('sealed_token'),
    applicationName: text('application_name'),
    applicationWebsite: text('application_website'),
    platform: text('platform', { enum: PLATFORMS }),
    /** Canonical CIDR entries. */
    ipAcl: text('ip_acl', { mode: 'json' }).$type<string[]>(),
    ipAclMode: text('ip_acl_mode', { enum: IP_ACL_MODES }).notNull().default('enforce'),
    /** What the customer wrote beside entries of the IP ACL. */
    ipAclNotes: text('ip_acl_notes', { mode: 'json' })
      .$type<Readonly<Record<string, string>>>()
      .notNull()
      .default({}),
    /** False while the key is paused. */
    enabled: integer('enabled', { mode: 'boolean' }).notNull().default(true),
    /** From then on the key is refused; null for never. */
    expiresAt: integer('expires_at'),
    /** How many requests it may make; null for any number. */
    rateLimit: text('rate_limit', { mode: 'json' }).$type<RateLimit>(),
    /** When the newest token was reported as leaked; null after a rotation. */
    leakedAt: integer('leaked_at'),
    /** The `expires_at` of which the audit has an event. */
    expiryNotedAt: integer('expiry_noted_at'),
    /** When to look whether the key is unused. A trigger sets it in a new row, 90 days ahead. */
    unusedCheckAt: integer('unused_check_at'),
    /** Rises with every edit by the customer; the ETag. */
    version: integer('version').notNull(),
    /** Rises with every change that the data plane must know, also with those of the account. */
    revision: integer('revision').notNull(),
    /** The newest revision known to hold for the next request; below `revision`, the change is pending. */
    enforcedRevision: integer('enforced_revision').notNull().default(0),
    /**
     * The newest revision known to be in KV for good, see admin/publish.ts; below `revision`, the row is in
     * the outbox.
     */
    publishedRevision: integer('published_revision').notNull(),
    /** The ids of the changes behind `revision`, see db/revision.ts. */
    lineage: text('lineage', { mode: 'json' })
      .$type<readonly (string | null)[]>()
      .notNull()
      .default([]),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    /** When `revision` last rose. */
    revisedAt: integer('revised_at').notNull(),
    /** The last run of the cron that tried the row; a run is named by its start time. */
    triedAt: integer('tried_at').notNull().default(0),
    deletedAt: integer('deleted_at'),
    /** Keyed hashes of the Idempotency-Key that made the key, and of the body of that request. */
    idempotencyKey: text('idempotency_key'),
    idempotencyBody: text('idempotency_body'),
  },
  (table) => [
    uniqueIndex('api_keys_lookup_id').on(table.lookupId),
    index('api_keys_live')
      .on(table.accountId, table.id)
      .where(sql`deleted_at IS NULL`),
    index('api_keys_outbox')
      .on(table.revisedAt)
      .where(sql`published_revision < revision`),
    index('api_keys_revised_at').on(table.revisedAt),
    index('api_keys_expires_at')
      .on(table.expiresAt)
      .where(
        sql`expires_at IS NOT NULL AND expiry_noted_at IS NOT expires_at AND deleted_at IS NULL`,
      ),
    index('api_keys_unused_check_at')
      .on(table.unusedCheckAt)
      .where(sql`unused_check_at IS NOT NULL AND deleted_at IS NULL`),
    // Those that the operator may ask for, see operator-key-queries.ts.
    index('api_keys_restricted')
      .on(table.id)
      .where(
        sql`deleted_at IS NULL AND (enabled = 0 OR expires_at IS NOT NULL OR leaked_at IS NOT NULL)`,
      ),
    uniqueIndex('api_keys_idempotency_key')
      .on(table.accountId, table.idempotencyKey)
      .where(sql`idempotency_key IS NOT NULL`),
  ],
)
