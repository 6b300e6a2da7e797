// The grace of a record: it is believed although its authority cannot be asked, if it was confirmed lately
// enough, see OUTAGE_GRACE_S.

import { believe, type CachedKey, RENEWAL_RETRY_MS } from './cached-key.ts'

export interface GraceDeps {
  /** For how long after it was confirmed a record may be believed in a grace, 0 for never. */
  readonly graceMs: number
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

/** How long a record is believed in its grace after a question has failed. Then the next request asks. */
export const GRACE_MS = 500

/** Believes a record until `wantedMs`, by the clock of this isolate, or until its grace is over. */
export function believeInGrace(cached: CachedKey, wantedMs: number, deps: GraceDeps): void {
  const nowMs = deps.nowMs()
  const graceEndsMs = cached.confirmedMs + deps.graceMs
  // A clock that was set back does not say how long ago the record was confirmed.
  if (deps.graceMs === 0 || nowMs < cached.confirmedMs || nowMs >= graceEndsMs) return
  cached.isGrace = true
  const untilMs = Math.min(graceEndsMs, wantedMs)
  const end = believe(cached, untilMs, nowMs + RENEWAL_RETRY_MS)
  deps.later(deps.wait(untilMs - nowMs).then(end))
}

/** Ends a grace, because the authority has answered. */
export function endGrace(cached: CachedKey): void {
  if (cached.isGrace) cached.believedUntilMs = -Infinity
}
