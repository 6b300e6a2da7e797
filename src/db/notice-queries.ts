// Notices about keys that are no events of the audit, because nobody did anything.

import { and, eq, sql } from 'drizzle-orm'
import type { Database } from './client.ts'
import { apiKeys } from './schema/api-keys.ts'

const DAY_MS = 24 * 3_600_000

/**
 * Queues `key.expiring` for each live key of which one of the times `days` before its end lies in the span.
 * Moves the mark from the start of the span to its end. Does nothing if another run has moved it.
 */
export async function queueExpiring(
  db: Database,
  span: { readonly afterMs: number; readonly toMs: number },
  days: readonly number[],
  nowMs: number,
): Promise<void> {
  const { afterMs, toMs } = span
  const mark = sql`name = 'expiring_noted_to' AND value = ${String(afterMs)}`
  const queued = days.map((before) => {
    const ms = before * DAY_MS
    // The last line but one is that of the partial index.
    return db.run(sql`
      INSERT INTO event_deliveries (event_id, type, at, account_id, key_id, lane, data, since)
      SELECT 'evt_' || printf('%012x', ${nowMs}) || lower(hex(randomblob(10))), 'key.expiring', ${nowMs},
        account_id, id, id, json_object('expires_at', expires_at, 'days', ${before}), ${nowMs}
      FROM api_keys
      WHERE expires_at > ${Math.max(afterMs + ms, nowMs)} AND expires_at <= ${toMs + ms}
        AND expires_at IS NOT NULL AND expiry_noted_at IS NOT expires_at AND deleted_at IS NULL
        AND EXISTS (SELECT 1 FROM meta WHERE ${mark})`)
  })
  const moved = db.run(sql`UPDATE meta SET value = ${String(toMs)} WHERE ${mark}`)
  const [first, ...others] = [...queued, moved]
  await db.batch([first, ...others])
}

/** A key that is to be looked at, and the time that it had noted for that. */
export interface UnusedCheck {
  readonly id: string
  readonly checkAt: number
}

/** Live keys that are to be looked at. */
export async function listUnusedDue(
  db: Database,
  nowMs: number,
  limit: number,
): Promise<UnusedCheck[]> {
  const rows = await db
    .select({ id: apiKeys.id, checkAt: apiKeys.unusedCheckAt })
    .from(apiKeys)
    // As the partial index has it.
    .where(sql`unused_check_at <= ${nowMs} AND unused_check_at IS NOT NULL AND deleted_at IS NULL`)
    .orderBy(apiKeys.unusedCheckAt)
    .limit(limit)
  return rows.flatMap(({ id, checkAt }) => (checkAt === null ? [] : [{ id, checkAt }]))
}

/** Notes when to look at a key next, unless another run has. */
export async function moveUnusedCheck(
  db: Database,
  check: UnusedCheck,
  nextAt: number,
): Promise<void> {
  await db.update(apiKeys).set({ unusedCheckAt: nextAt }).where(asRead(check))
}

/** Queues `key.unused`, and notes when to look at the key next, unless another run has. */
export async function queueUnused(
  db: Database,
  check: UnusedCheck,
  notice: {
    readonly lastUsedAt: number | null
    readonly nextAt: number
    readonly nowMs: number
  },
): Promise<void> {
  const { lastUsedAt, nextAt, nowMs } = notice
  await db.batch([
    db.run(sql`
      INSERT INTO event_deliveries (event_id, type, at, account_id, key_id, lane, data, since)
      SELECT 'evt_' || printf('%012x', ${nowMs}) || lower(hex(randomblob(10))), 'key.unused', ${nowMs},
        account_id, id, id, json_object('last_used_at', ${lastUsedAt}), ${nowMs}
      FROM api_keys WHERE ${asRead(check)} AND deleted_at IS NULL`),
    db.update(apiKeys).set({ unusedCheckAt: nextAt }).where(asRead(check)),
  ])
}

function asRead({ id, checkAt }: UnusedCheck) {
  return and(eq(apiKeys.id, id), eq(apiKeys.unusedCheckAt, checkAt))
}
