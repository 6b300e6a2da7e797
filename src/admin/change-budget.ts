// Limits how many changes a customer may make. Each change leaves an event in the audit, so the events of
// the last minute are counted, for all locations together. Deletions are never refused, because there
// cannot be more of them than creations.

import { findRecentEvent } from '../db/audit-queries.ts'
import type { Database } from '../db/client.ts'
import type { Refusal } from './refusal.ts'

/**
 * Twenty per second for a whole minute, so a script may edit each of 1 000 keys. Concurrent requests may
 * pass on the same count.
 */
const CHANGES_PER_WINDOW = 1_200
const WINDOW_MS = 60_000

export interface ChangeBudgetDeps {
  readonly db: Database
  readonly nowMs: () => number
}

/** A refusal if the account has made too many changes lately, else null. */
export async function checkChangeBudget(
  accountId: string,
  { db, nowMs }: ChangeBudgetDeps,
): Promise<Refusal | null> {
  const now = nowMs()
  const first = await findRecentEvent(db, accountId, now - WINDOW_MS, CHANGES_PER_WINDOW)
  if (first === undefined) return null
  const retryAfterSeconds = Math.max(1, Math.ceil((first.at + WINDOW_MS - now) / 1000))
  return { reason: 'throttled', retryAfterSeconds, changes: CHANGES_PER_WINDOW }
}
