import { join } from 'node:path'
import type { Client } from '@libsql/client/web'
import { drizzle } from 'drizzle-orm/libsql/web'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { useLibsql } from './libsql.ts'

const MIGRATIONS = join(import.meta.dirname, '../drizzle')

/**
 * Applies the migrations in drizzle/ that a database has not seen yet, and answers how many these were; a
 * Failure where it cannot.
 */
export async function migrateDatabase(url: string, authToken: string | undefined): Promise<number> {
  return await useLibsql(url, authToken, async (client) => {
    const before = await countApplied(client)
    await migrateOrJoin(client, before)
    return (await countApplied(client)) - before
  })
}

/** Whoever migrates at the same time wins or loses as a whole, so the loser finds all of it done. */
async function migrateOrJoin(client: Client, before: number): Promise<void> {
  try {
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS })
  } catch (error) {
    if ((await countApplied(client)) === before) throw error
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS })
  }
}

async function countApplied(client: Client): Promise<number> {
  const { rows } = await client.execute(
    "SELECT count(*) AS tables FROM sqlite_master WHERE name = '__drizzle_migrations'",
  )
  if (Number(rows[0]?.['tables']) === 0) return 0
  const applied = await client.execute('SELECT count(*) AS count FROM __drizzle_migrations')
  return Number(applied.rows[0]?.['count'])
}
