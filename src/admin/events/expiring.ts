// Queues `key.expiring` for keys that end soon.

import { findMeta, insertMeta } from '../../db/meta-queries.ts'
import { queueExpiring } from '../../db/notice-queries.ts'
import type { EventDeps } from './deliver.ts'

/** How long before its end a key has a notice. */
const DAYS = [30, 7, 1]
/** What one run looks at, so that it ends in time after a long silence. The next run goes on. */
const MAX_SPAN_MS = 24 * 3_600_000

/** Looks at the time since the run before. Without a receiver there is nobody to notify. */
export async function noteExpiring({ db, eventReceiver, nowMs }: EventDeps): Promise<void> {
  if (eventReceiver === undefined) return
  const now = nowMs()
  const noted = await findMeta(db, 'expiring_noted_to')
  if (noted === null) return await insertMeta(db, 'expiring_noted_to', String(now))
  const afterMs = Number(noted)
  const toMs = Math.min(now, afterMs + MAX_SPAN_MS)
  if (afterMs < toMs) await queueExpiring(db, { afterMs, toMs }, DAYS, now)
}
