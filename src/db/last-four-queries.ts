// The last four characters of tokens, see admin/last-four.ts.

import { and, eq, isNotNull } from 'drizzle-orm'
import type { Database } from './client.ts'
import { tokens } from './schema/tokens.ts'

export interface LastFour {
  readonly lookupId: string
  readonly lastFour: string
}

/** Stores them, but for tokens that have ended meanwhile. */
export async function storeLastFour(db: Database, found: readonly LastFour[]): Promise<void> {
  const [first, ...others] = found.map(({ lookupId, lastFour }) =>
    db
      .update(tokens)
      .set({ lastFour })
      .where(and(eq(tokens.lookupId, lookupId), isNotNull(tokens.sealedToken))),
  )
  if (first !== undefined) await db.batch([first, ...others])
}
