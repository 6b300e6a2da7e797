// The sealed tokens of live keys, for sealing them anew, see admin/reseal.ts.

import { and, eq, gt, isNotNull } from 'drizzle-orm'
import type { Database } from './client.ts'
import { apiKeys, tokens } from './schema.ts'

export interface SealedRow {
  readonly lookupId: string
  readonly keyId: string
  readonly accountId: string
  readonly sealedToken: string | null
}

/** A page of sealed tokens in order of their lookup ids, from the first one after `after`. */
export async function listSealed(db: Database, after: string, limit: number): Promise<SealedRow[]> {
  return await db
    .select({
      lookupId: tokens.lookupId,
      keyId: tokens.keyId,
      accountId: apiKeys.accountId,
      sealedToken: tokens.sealedToken,
    })
    .from(tokens)
    .innerJoin(apiKeys, eq(apiKeys.id, tokens.keyId))
    .where(and(gt(tokens.lookupId, after), isNotNull(tokens.sealedToken)))
    .orderBy(tokens.lookupId)
    .limit(limit)
}

export interface Resealed {
  readonly lookupId: string
  readonly before: string
  readonly after: string
}

/** Replaces sealed tokens, but for those that changed since they were read. */
export async function replaceSealed(db: Database, resealed: readonly Resealed[]): Promise<void> {
  const [first, ...others] = resealed.map(({ lookupId, before, after }) =>
    db
      .update(tokens)
      .set({ sealedToken: after })
      .where(and(eq(tokens.lookupId, lookupId), eq(tokens.sealedToken, before))),
  )
  if (first !== undefined) await db.batch([first, ...others])
}
