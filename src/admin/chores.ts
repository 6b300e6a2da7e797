// What is done each minute, whether anybody asks or not.

import { deleteExpiredIdentity } from '../db/identity-queries.ts'
import { noteCronRun } from '../db/progress-queries.ts'
import { deleteDeadSessions } from '../db/session-queries.ts'
import { PENDING_MS } from '../identity/pending.ts'
import type { AdminDeps } from './admin.ts'
import { fillCanonicalEmails } from './canonical-emails.ts'
import { type DatabaseOwner, FOREIGN_DATABASE } from './database-owner.ts'
import { deliverEvents, forgetEvents } from './events/deliver.ts'
import { noteExpiring } from './events/expiring.ts'
import { noteUnused } from './events/unused.ts'
import { noteExpiries } from './expiries.ts'
import { workOffLeaks } from './leaks.ts'
import { enforcePending, publishEnforced, stopPendingLostKeys } from './outbox.ts'
import { endOverdueRotations } from './overdue-rotations.ts'
import { resealTokens } from './reseal.ts'
import { sessionLimits } from './session.ts'
import { forgetAttempts } from './throttle.ts'

/** The next run of the cron begins after a minute, and may take the place of this one. */
const EVENTS_BUDGET_MS = 30_000

/** One run of the cron. A chore that fails is logged, and keeps none of the others from being done. */
export async function doChores(deps: AdminDeps, owner: DatabaseOwner): Promise<void> {
  const chores = [
    async () => {
      await owner.claim()
      if (owner.isForeign()) deps.logConfigurationFault(FOREIGN_DATABASE)
    },
    () => endOverdueRotations(deps),
    () => enforcePending(deps),
    () => publishEnforced(deps),
    () => stopPendingLostKeys(deps),
    () => workOffLeaks(deps),
    () => noteExpiries(deps),
    () => noteExpiring(deps),
    () => noteUnused(deps),
    () => deleteDeadSessions(deps.db, sessionLimits(deps.nowMs())),
    () => forgetAttempts(deps),
    () => deleteExpiredIdentity(deps.db, deps.nowMs(), deps.nowMs() - PENDING_MS),
    () => fillCanonicalEmails(deps),
    () => resealTokens(deps),
    () => noteCronRun(deps.db, deps.nowMs()),
    // After all others, since a receiver may be slow.
    () => forgetEvents(deps),
    () => deliverEvents(deps, EVENTS_BUDGET_MS),
  ]
  for (const chore of chores) {
    await chore().catch((error: unknown) => deps.logFault('cron', error))
  }
}
