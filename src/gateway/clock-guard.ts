// Watches the clock of this isolate. A lease rests on it, and a clock that stands still or jumps makes a lease
// longer or shorter than its authority knows. Each answer of an authority tells the object's time. Two answers of
// one object tell how much time has gone by there, and the same time must have gone by here. If not, this
// isolate uses no leases for a minute. A timer ends each lease too, see questions.ts.

import type { LogFault } from '../log/fault.ts'

/** An answer of an object, by the clock here and by the clock there. */
export interface Sighting {
  /** The number of the question, see questions.ts. */
  readonly question: number
  /** The number of the newest question when the answer came. */
  readonly newest: number
  readonly askedMs: number
  readonly receivedMs: number
  readonly objectMs: number
}

export interface ClockGuard {
  /** Whether leases may be used. */
  readonly isTrusted: (nowMs: number) => boolean
  /** Compares an answer with an earlier one of the same object. */
  readonly compare: (earlier: Sighting, later: Sighting) => void
}

const DISTRUSTED_MS = 60_000
/** The part of the elapsed time by which the clocks may differ. Rates of 10 % each differ by 22 %. */
const ALLOWED_PART = 0.25
/** The part of a term by which they may differ besides. */
const ALLOWED_PART_OF_TERM = 0.05
/** Clocks count whole milliseconds. */
const LEAST_ALLOWED_MS = 5

/** Only for the log. */
export class ClockError extends Error {
  override readonly name = 'ClockError'
  readonly reason = 'clock_jumped'
}

export function createClockGuard(termMs: number, onFault: LogFault): ClockGuard {
  const constantMs = Math.max(termMs * ALLOWED_PART_OF_TERM, LEAST_ALLOWED_MS)
  let distrustedAtMs: number | null = null

  return {
    isTrusted(nowMs) {
      if (distrustedAtMs === null) return true
      // A clock that was set back since says nothing, so the minute begins again.
      distrustedAtMs = Math.min(distrustedAtMs, nowMs)
      if (nowMs - distrustedAtMs >= DISTRUSTED_MS) distrustedAtMs = null
      return distrustedAtMs === null
    },

    compare(earlier, later) {
      if (termMs === 0) return // there are no leases
      // Of two questions that were on their way together, the object may have answered either one first.
      if (later.question <= earlier.newest) return
      const thereMs = later.objectMs - earlier.objectMs
      const mostHereMs = later.receivedMs - earlier.askedMs
      const leastHereMs = later.askedMs - earlier.receivedMs
      const allowedMs = constantMs + ALLOWED_PART * Math.abs(thereMs)
      if (thereMs - mostHereMs <= allowedMs && leastHereMs - thereMs <= allowedMs) return
      if (distrustedAtMs === null) onFault('clock', new ClockError())
      distrustedAtMs = later.receivedMs
    },
  }
}
