// Posts events right after the change that made them, rather than at the next run of the cron.

import type { MiddlewareHandler } from 'hono'
import type { AdminEnv } from '../context.ts'
import { deliverEvents, type EventDeps } from './deliver.ts'

export interface DeliverSoonDeps extends EventDeps {
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
}

/** The runtime ends what outlives a response by 30 s. A round takes 20 s at most. */
const BUDGET_MS = 5_000
const GIVEN_UP_MS = 30_000

/** One run at a time in an isolate. A change during a run waits for the cron, or for the run to see it. */
export function deliverSoon(deps: DeliverSoonDeps): MiddlewareHandler<AdminEnv> {
  let runningSinceMs = Number.NEGATIVE_INFINITY

  async function run(): Promise<void> {
    try {
      await deliverEvents(deps, BUDGET_MS)
    } catch (error) {
      deps.logFault('libsql', error)
    } finally {
      runningSinceMs = Number.NEGATIVE_INFINITY
    }
  }

  return async function deliverAfterChange(c, next) {
    await next()
    const isChange = c.req.method !== 'GET' && c.req.method !== 'HEAD'
    if (!isChange || !c.res.ok || deps.eventReceiver === undefined) return
    const now = deps.nowMs()
    if (Math.abs(now - runningSinceMs) < GIVEN_UP_MS) return
    runningSinceMs = now
    deps.later(run())
  }
}
