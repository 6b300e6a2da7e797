// Facts about the database as a whole, each under a name of its own.

import { eq } from 'drizzle-orm'
import type { Database } from './client.ts'
import { meta } from './schema/meta.ts'

export type MetaName =
  | 'authority_namespace'
  | 'deployment'
  | 'reseal'
  | 'reseal_second_factors'
  | 'events_paused_until'
  | 'expiring_noted_to'

export async function findMeta(db: Database, name: MetaName): Promise<string | null> {
  const [row] = await db.select().from(meta).where(eq(meta.name, name))
  return row?.value ?? null
}

/** Writes a fact, unless there is one under this name. */
export async function insertMeta(db: Database, name: MetaName, value: string): Promise<void> {
  await db.insert(meta).values({ name, value }).onConflictDoNothing()
}

/** Writes a fact, in place of what there is under this name. */
export async function setMeta(db: Database, name: MetaName, value: string): Promise<void> {
  await db
    .insert(meta)
    .values({ name, value })
    .onConflictDoUpdate({ target: meta.name, set: { value } })
}

/** Deletes a fact, so that it can be written anew. */
export async function deleteMeta(db: Database, name: MetaName): Promise<void> {
  await db.delete(meta).where(eq(meta.name, name))
}
