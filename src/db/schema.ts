// The tables of libSQL, the system of record. Times are in milliseconds since 1970. Ids start with the time
// they were made at (see ids.ts), so they sort by age. The migrations in drizzle/ are generated from here
// and only add.

import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { ACCOUNT_STATUSES, IP_ACL_MODES } from '../keys/key-record.ts'
import { PLATFORMS } from '../keys/platform.ts'
import type { RateLimit } from '../keys/rate-limit.ts'
import { ROLES, type Role } from '../shared/roles.ts'

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

export { ROLES, type Role }

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

/** Facts about the database as a whole. */
export const meta = sqliteTable('meta', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
})

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

/** The second factors of users: apps that make a code each half minute (RFC 6238), see admin/totp.ts. */
export const secondFactors = sqliteTable('second_factors', {
  userId: text('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** The secret that the app has, in base32, sealed as tokens are (keys/sealed-token.ts). */
  sealedSecret: text('sealed_secret').notNull(),
  /** When the secret was made. */
  createdAt: integer('created_at').notNull(),
  /** When a code showed that the app has the secret. Null until then, and no log-in asks for it. */
  confirmedAt: integer('confirmed_at'),
  /** The newest time step whose code was used. That code and all older ones are used up. */
  lastStep: integer('last_step').notNull().default(0),
})

/** Codes that stand in for the app, each once. A row goes when its code is used. */
export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    /** A hash of the code, keyed by the secret of the factor (admin/recovery-codes.ts). */
    hash: text('hash').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => secondFactors.userId, { onDelete: 'cascade' }),
  },
  (table) => [index('recovery_codes_user_id').on(table.userId)],
)

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

/** `gateway`: the gateway itself, such as when it takes back a change that a restored database lost. */
export const ACTORS = ['customer', 'operator', 'gateway'] as const

export const AUDIT_ACTIONS = [
  'session.create',
  'session.delete',
  'key.create',
  'key.import',
  'key.update',
  'key.delete',
  'key.reveal',
  'key.rotate',
  'key.rotation_end',
  'key.enable',
  'key.disable',
  'key.leaked',
  'key.expire',
  'confirmation.failed',
  'account.create',
  'account.update',
  'user.create',
  'user.update',
  'user.delete',
  'second_factor.enable',
  'second_factor.disable',
  'second_factor.failed',
  'second_factor.recover',
  'second_factor.renew_codes',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** The entries that an IP ACL gained and lost, at most 50 of each; `more`: how many are left out. */
export interface AclChange {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly more: number
}

/** `{ "member": [before, after] }`, with the member names of the API; null if there is no value. */
export type Changes = Record<string, readonly [unknown, unknown] | AclChange>

/** The audit log: what changed, who changed it, and from which address. */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    id: text('id').primaryKey(),
    at: integer('at').notNull(),
    accountId: text('account_id').notNull(),
    keyId: text('key_id'),
    actor: text('actor', { enum: ACTORS }).notNull(),
    /** The name of the operator's token; null for other actors, and in older events. */
    operator: text('operator'),
    /** The user who acted, with the e-mail of that time; null for other actors, and in older events. */
    userId: text('user_id'),
    userEmail: text('user_email'),
    action: text('action', { enum: AUDIT_ACTIONS }).notNull(),
    address: text('address'),
    /** Never a token or a password. */
    changes: text('changes', { mode: 'json' }).$type<Changes>(),
  },
  (table) => [
    index('audit_events_account_id').on(table.accountId, table.id),
    index('audit_events_key_id').on(table.accountId, table.keyId, table.id),
  ],
)

export const DELIVERY_STATUSES = ['queued', 'next', 'failed'] as const

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
