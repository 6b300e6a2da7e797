// The tokens that a key was used with, for what their authorities have counted.

import { and, eq, gt, inArray, isNotNull, isNull, or } from 'drizzle-orm'
import type { Database } from './client.ts'
import { tokens } from './schema/tokens.ts'

export interface UsedToken {
  readonly keyId: string
  readonly lookupId: string
  readonly createdAt: number
}

/** The tokens of keys that have not ended, or ended after `endedAfter`, newest first. */
export async function listUsedTokens(
  db: Database,
  keyIds: readonly string[],
  endedAfter: number,
): Promise<UsedToken[]> {
  const rows = await db
    .select({ keyId: tokens.keyId, lookupId: tokens.lookupId, createdAt: tokens.createdAt })
    .from(tokens)
    .where(
      and(
        inArray(tokens.keyId, [...keyIds]),
        or(isNull(tokens.endedAt), gt(tokens.endedAt, endedAfter)),
      ),
    )
  return rows.toSorted((a, b) => b.createdAt - a.createdAt)
}

/** The lookup ids of a key's tokens that have ended. */
export async function listEndedTokens(db: Database, keyId: string): Promise<string[]> {
  const rows = await db
    .select({ lookupId: tokens.lookupId })
    .from(tokens)
    .where(and(eq(tokens.keyId, keyId), isNotNull(tokens.endedAt)))
  return rows.map(({ lookupId }) => lookupId)
}
