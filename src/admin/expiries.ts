// Writes an audit event for each key whose end has come. Requests do not wait for it: the edge refuses an expired
// key by its own clock.

import type { Database } from '../db/client.ts'
import { listExpired, noteExpiry } from '../db/expiry-queries.ts'
import { auditEvent } from './audit.ts'

/** What one run of the cron does. The next run goes on. */
const KEYS_PER_RUN = 500

export async function noteExpiries({
  db,
  nowMs,
}: {
  readonly db: Database
  readonly nowMs: () => number
}): Promise<void> {
  for (const key of await listExpired(db, nowMs(), KEYS_PER_RUN)) {
    const actor = { kind: 'gateway', accountId: key.accountId, address: null } as const
    const event = auditEvent('key.expire', actor, nowMs(), { keyId: key.id })
    await noteExpiry(db, key, event)
  }
}
