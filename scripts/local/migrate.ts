import { join } from 'node:path'
import { createClient } from '@libsql/client/web'
import { drizzle } from 'drizzle-orm/libsql/web'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { Failure } from './failure.ts'

const MIGRATIONS = join(import.meta.dirname, '../../drizzle')

/** Applies the migrations in drizzle/ that a database has not seen yet; a Failure where it cannot. */
export async function migrateDatabase(url: string, authToken: string | undefined): Promise<void> {
  const client = createClient({ url, ...(authToken !== undefined && { authToken }) })
  try {
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS })
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error
    throw new Failure(
      `LIBSQL_URL cannot be migrated (${String(reason)}): check that a libSQL server answers there, ` +
        'and that LIBSQL_AUTH_TOKEN is set in the environment and may write',
    )
  } finally {
    client.close()
  }
}
