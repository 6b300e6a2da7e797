// What an isolate tells of the requests that it judged in shadow.

import type { Difference } from './comparison.ts'

/** A difference, how often it was seen, and how long before the report it was seen last. */
export interface ReportedDifference extends Difference {
  readonly count: number
  readonly agoMs: number
}

/** Times are durations, since the clock of another machine may be wrong. */
export interface ShadowReport {
  /** How long before the report its first request was judged. */
  readonly firstAgoMs: number
  /** Requests that were compared with the upstream's answer. */
  readonly judged: number
  readonly agreed: number
  /** Those that there was room for. */
  readonly differences: readonly ReportedDifference[]
}
