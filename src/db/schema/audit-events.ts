import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

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
    /**
     * The user who acted, with the e-mail of that time; null for other actors, and in older events. Of a logout at
     * the identity provider, the user who was logged out.
     */
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
