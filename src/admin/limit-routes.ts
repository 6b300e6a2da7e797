// /admin/api/v1/keys/{id}/rate-limit: what is left of a key's limits. Behind `requireSession`.

import { Hono } from 'hono'
import type { Database } from '../db/client.ts'
import type { LiveKey } from '../db/key-rows.ts'
import { policiesOf } from '../keys/rate-limit.ts'
import type { Wanted } from '../keys/window.ts'
import type { LogFault } from '../log/fault.ts'
import type { KeyAuthorities } from '../stores/key-authority/key-authority.ts'
import { type AdminEnv, refuse } from './context.ts'
import { toTime } from './json.ts'
import type { LimitsAnswer } from './answers/limits.ts'
import { findOwnKey, NOT_FOUND } from './own-key.ts'

export interface LimitRoutesDeps extends Pick<KeyAuthorities, 'askAllowance'> {
  readonly db: Database
  readonly logFault: LogFault
  readonly nowMs: () => number
}

/** Asks for no request, and so spends none. */
const NONE: Omit<Wanted, 'policies'> = { waiting: 0, ahead: 0, aheadMs: 1 }

export function limitRoutes(deps: LimitRoutesDeps): Hono<AdminEnv> {
  return new Hono<AdminEnv>().get('/:id/rate-limit', async function showLimits(c) {
    const row = await findOwnKey(c, deps.db)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    try {
      const limits = await readLimits(row, deps)
      return limits === null ? refuse(c, NOT_FOUND) : c.json({ limits })
    } catch (error) {
      deps.logFault('authority', error, c.get('requestId'))
      return refuse(c, { reason: 'storage_unavailable' })
    }
  })
}

/** Null if the key was deleted meanwhile. Rejects if the authority cannot be asked. */
async function readLimits(
  { details: { rateLimit }, accountRateLimit, firstLookupId }: LiveKey,
  { askAllowance, nowMs }: LimitRoutesDeps,
): Promise<LimitsAnswer['limits'] | null> {
  const policies = policiesOf({ rateLimit, accountRateLimit })
  if (policies.length === 0 || firstLookupId === null) return []
  const answer = await askAllowance(firstLookupId, { policies, ...NONE })
  if (answer === 'deleted') return null
  return policies.map(({ name, requests, perSeconds }, index) => {
    const window = answer.windows[index]
    const runs = window !== undefined && window.startMs !== null
    return {
      policy: name,
      requests,
      per_seconds: perSeconds,
      left: window?.left ?? requests,
      ends_at: runs ? toTime(nowMs() + window.endsInMs) : null,
    }
  })
}
