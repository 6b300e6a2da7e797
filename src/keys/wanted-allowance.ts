// How many requests a location asks for: those that wait, and those that it expects while the answer can be used.

import { type Allowance, isUsable } from './allowance.ts'
import type { Wanted } from './window.ts'

/** Fewer requests in a lease than this are asked for one by one. What is granted ahead is lost if none comes. */
const LEAST_AHEAD = 8
/** A lease is renewed after half of its time. Until then, what is granted ahead has to last. */
const PART_OF_LEASE = 0.6
/** So many requests between two measurements are more than a few at once. */
const LEAST_SURGE = 32
/** Demand is measured over this time or longer, so that a few requests at once are not taken for many. */
const LEAST_MEASURED_MS = 1_000

/** Notes that a request waits. Answers what `endWait` needs. */
export function beginWait(allowance: Allowance): number {
  allowance.waiting++
  return allowance.counts
}

/** A request no longer waits. If no question has counted it, none may ask for it any more. */
export function endWait(allowance: Allowance, counts: number): void {
  if (allowance.counts === counts) allowance.waiting--
}

/**
 * What to ask for. `leaseMs`: for how long the answer may be used for later requests; 0 for not at all. `isWaiting`:
 * whether a request waits for the answer.
 */
export function wantedOf(
  allowance: Allowance,
  isWaiting: boolean,
  leaseMs: number,
  nowMs: number,
): Wanted {
  measure(allowance, nowMs)
  const waiting = isWaiting ? Math.max(allowance.waiting, 1) : 0
  if (isWaiting) {
    allowance.waiting = 0
    allowance.counts++
  }
  const usable = isUsable(allowance, nowMs) ? allowance.left : 0
  const ahead = leaseMs === 0 ? 0 : Math.max(neededIn(leaseMs, allowance) - usable, 0)
  return { policies: allowance.policies, waiting, ahead, aheadMs: Math.max(leaseMs, 1) }
}

/**
 * How many requests to have ahead. Where many have come since the last measurement, as many again are expected, so that
 * a location which begins to be used soon asks for many at once. TCP begins in the same way
 * (https://www.rfc-editor.org/rfc/rfc5681#section-3.1).
 */
function neededIn(leaseMs: number, { rate, measured }: Allowance): number {
  const expected = rate * leaseMs
  const steady = expected < LEAST_AHEAD ? 0 : Math.ceil(expected * PART_OF_LEASE)
  return Math.max(steady, measured < LEAST_SURGE ? 0 : measured)
}

function measure(allowance: Allowance, nowMs: number): void {
  const elapsedMs = nowMs - allowance.measuredMs
  if (elapsedMs >= 0 && elapsedMs < LEAST_MEASURED_MS) return
  allowance.rate = elapsedMs > 0 ? allowance.measured / elapsedMs : 0
  allowance.measured = 0
  allowance.measuredMs = nowMs
}
