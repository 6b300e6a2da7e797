// Whether what goes on by itself goes on: the cron has run lately, and no change has been pending for long.

import { endingSoon, type Expiry } from '../configuration/expiries.ts'
import type { DeployedVersion } from '../configuration/version.ts'
import type { Progress } from '../db/progress-queries.ts'

const MINUTE_MS = 60_000
/** The cron runs each minute. */
const CRON_SILENT_MS = 5 * MINUTE_MS
const PENDING_MS = 2 * MINUTE_MS

export type Stalled = 'cron' | 'pending'

/** What has stalled. A cron that never ran is given its time from when the version was uploaded. */
export function findStalled(
  { cronLastRunAtMs, oldestPendingAtMs }: Progress,
  version: DeployedVersion | null,
  nowMs: number,
): Stalled[] {
  const cronAtMs = Math.max(cronLastRunAtMs ?? 0, version?.uploadedAtMs ?? 0)
  const isSilent = cronAtMs > 0 && nowMs - cronAtMs > CRON_SILENT_MS
  const isOld = oldestPendingAtMs !== null && nowMs - oldestPendingAtMs > PENDING_MS
  return [...(isSilent ? (['cron'] as const) : []), ...(isOld ? (['pending'] as const) : [])]
}

/** The members of health that tell it. */
export function toProgressJson({ pending, oldestPendingAtMs, cronLastRunAtMs }: Progress) {
  return {
    pending: { count: pending, oldest_at: toTime(oldestPendingAtMs) },
    cron_last_run_at: toTime(cronLastRunAtMs),
  }
}

/** The member of health that names what expires within two weeks; none where nothing does. */
export function expiringJson(expiries: readonly Expiry[], nowMs: number) {
  const expiring = endingSoon(expiries, nowMs).map(({ name, expiresAtMs }) => {
    return { name, expires_at: new Date(expiresAtMs).toISOString() }
  })
  return expiring.length === 0 ? {} : { expiring }
}

function toTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
