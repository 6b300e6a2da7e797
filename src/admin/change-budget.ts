// How much a customer may write. Each change leaves an event in the audit, which is never cleaned, so the
// events themselves are what is counted: over all locations, and without a counter. Deletions are never
// refused; there are no more of them than there were creations.

import { findRecentEvent } from '../db/audit-queries.ts'
import type { Database } from '../db/client.ts'
import type { Refusal } from './refusal.ts'

/**
 * Twenty a second for a whole minute: a script that edits each of 1 000 keys passes. Requests that are under
 * way at the same time may pass on one count.
 */
const CHANGES_A_WINDOW = 1_200
const WINDOW_MS = 60_000

export interface ChangeBudgetDeps {
  readonly db: Database
  readonly nowMs: () => number
}

/** The refusal of one more change, where an account has made as many as it may lately. */
export async function spentBudget(
  accountId: string,
  { db, nowMs }: ChangeBudgetDeps,
): Promise<Refusal | null> {
  const now = nowMs()
  const first = await findRecentEvent(db, accountId, now - WINDOW_MS, CHANGES_A_WINDOW)
  if (first === undefined) return null
  const retryAfterSeconds = Math.max(1, Math.ceil((first.at + WINDOW_MS - now) / 1000))
  return { reason: 'throttled', retryAfterSeconds, changes: CHANGES_A_WINDOW }
}
