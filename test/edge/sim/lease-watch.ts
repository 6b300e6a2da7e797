// Watches what authorities say of leases: while a change waits for the leases on what was before, none may be
// granted.

import { trueMs } from './time.ts'

/** Clocks of objects may be so much faster than the true time, and a change waits by their clock. */
const FASTEST = 1.1
/** Clocks are read in whole milliseconds, and some moments before or after what they are read for. */
const READING_MS = 10

/** By the true time. */
interface Wait {
  readonly fromMs: number
  readonly untilMs: number
}

const waits = new Map<string, Wait>()
let leases = 0
let leasesInBetween = 0

export function countLeases(): { readonly leases: number; readonly leasesInBetween: number } {
  return { leases, leasesInBetween }
}

/** An object has answered a change that was sent at `sentMs`, by the true time. The change has still to wait. */
export function observeChange(name: string, sentMs: number, settlesInMs: number): void {
  const nowMs = trueMs()
  // The object may have counted from any moment since then.
  const untilMs = sentMs + (settlesInMs - READING_MS) / FASTEST
  waits.set(name, { fromMs: nowMs, untilMs: Math.max(waits.get(name)?.untilMs ?? 0, untilMs) })
}

/**
 * An object has granted a lease to a question that was asked at `askedMs`, by the true time, and has just been answered.
 * It may have granted at any moment between the two.
 */
export function observeLease(name: string, askedMs: number): void {
  leases++
  const wait = waits.get(name)
  if (wait !== undefined && wait.fromMs < askedMs && trueMs() < wait.untilMs) leasesInBetween++
}

/** An instance that has just started, or whose clock was set, knows nothing of a wait. */
export function forgetWait(name: string): void {
  waits.delete(name)
}
