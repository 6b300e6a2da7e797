import { join } from 'node:path'
import { createClient } from '@libsql/client/web'
import { drizzle } from 'drizzle-orm/libsql/web'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { Failure } from './failure.ts'

/** For one statement or batch; without it, a server that never answers is waited for. */
const TIMEOUT_MS = 10_000
const MIGRATIONS = join(import.meta.dirname, '../drizzle')

/** Applies the migrations in drizzle/ that a database has not seen yet; a Failure where it cannot. */
export async function migrateDatabase(url: string, authToken: string | undefined): Promise<void> {
  const client = createClient({
    url,
    ...(authToken !== undefined && { authToken }),
    fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) }),
  })
  try {
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS })
  } catch (error) {
    const { name, message } = error instanceof Error ? innermost(error) : new Error(String(error))
    // The runtime repeats a header that cannot be sent.
    const shown = authToken ? message.replaceAll(authToken, '…') : message
    throw new Failure(
      `LIBSQL_URL cannot be migrated (${name}: ${shown}): check that a libSQL server answers there, ` +
        'and that LIBSQL_AUTH_TOKEN is set in the environment and may write',
    )
  } finally {
    client.close()
  }
}

function innermost(error: Error): Error {
  return error.cause instanceof Error ? innermost(error.cause) : error
}
