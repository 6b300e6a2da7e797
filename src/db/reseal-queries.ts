// The sealed tokens of live keys, for sealing them anew, see admin/reseal.ts.

import { and, eq, gt, isNull } from 'drizzle-orm'
import type { Database } from './client.ts'
import { apiKeys } from './schema.ts'

export interface SealedRow {
  readonly id: string
  readonly accountId: string
  readonly sealedToken: string | null
}

/** A page of live keys in order, from the first one after `after`. */
export async function listSealed(db: Database, after: string, limit: number): Promise<SealedRow[]> {
  return await db
    .select({ id: apiKeys.id, accountId: apiKeys.accountId, sealedToken: apiKeys.sealedToken })
    .from(apiKeys)
    .where(and(gt(apiKeys.id, after), isNull(apiKeys.deletedAt)))
    .orderBy(apiKeys.id)
    .limit(limit)
}

export interface Resealed {
  readonly id: string
  readonly before: string
  readonly after: string
}

/** Replaces sealed tokens, but for those that changed since they were read. */
export async function replaceSealed(db: Database, resealed: readonly Resealed[]): Promise<void> {
  const [first, ...others] = resealed.map(({ id, before, after }) =>
    db
      .update(apiKeys)
      .set({ sealedToken: after })
      .where(and(eq(apiKeys.id, id), eq(apiKeys.sealedToken, before))),
  )
  if (first !== undefined) await db.batch([first, ...others])
}
