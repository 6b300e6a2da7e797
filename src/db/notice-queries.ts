// Notices about keys that are no events of the audit, because nobody did anything.

import { sql } from 'drizzle-orm'
import type { Database } from './client.ts'

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
