import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

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
