// Leases, after Gray and Cheriton (SOSP 1989). An authority that grants a lease lets no change be answered until
// the lease has run out. The holder counts from before it asked, the authority from when it granted, and the
// authority waits for longer than the holder believes. So the clocks of two machines are never compared: only
// their rates count, and they may differ by 10 % each.

/** The longest term that an authority grants, in milliseconds. */
export const MAX_TERM_MS = 5_000

/** An authority waits for a lease that many times as long as its holder may use it. */
export const HOLD_FACTOR = 1.3

/** A time for which an authority has to wait. All members are in milliseconds. */
export interface Hold {
  /** When it began, by the clock of the authority. */
  readonly atMs: number
  /** When it began, by the clock of the caller who caused it. Null if unknown. */
  readonly callerMs: number | null
  readonly lengthMs: number
}

/**
 * How long a hold still lasts, in milliseconds. The authority's clock may have jumped ahead since the hold began.
 * So if both callers told their time, the shorter elapsed time counts. A clock that was set back makes the
 * wait longer, by the length of the hold at most.
 */
export function remainingMs(hold: Hold, nowMs: number, callerMs: number | null): number {
  const elapsedMs = nowMs - hold.atMs
  const isKnown = hold.callerMs !== null && callerMs !== null
  const passedMs = isKnown ? Math.min(elapsedMs, callerMs - hold.callerMs) : elapsedMs
  return Math.min(Math.max(hold.lengthMs - passedMs, 0), hold.lengthMs)
}
