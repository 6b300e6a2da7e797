import { join } from 'node:path'
import { createClient } from '@libsql/client/web'
import { drizzle } from 'drizzle-orm/libsql/web'
import { migrate } from 'drizzle-orm/libsql/migrator'

const MIGRATIONS = join(import.meta.dirname, '../../drizzle')

/** Applies the migrations in drizzle/ that a database has not seen yet. */
export async function migrateDatabase(url: string, authToken: string | undefined): Promise<void> {
  const client = createClient({ url, ...(authToken !== undefined && { authToken }) })
  try {
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS })
  } finally {
    client.close()
  }
}
