import { sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Facts about the database as a whole. */
export const meta = sqliteTable('meta', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
})
