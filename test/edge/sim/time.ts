// The time of the simulated world. It runs faster than the real one, so that what waits waits less, and it can
// be turned ahead. Each isolate of the simulation has this module, and all agree on the true time.

import type { Clock } from './clock.ts'

/** How much faster than the real time, and since when; put in when the simulation is bundled. */
declare const GROUND_SPEED: number
declare const GROUND_EPOCH_MS: number

const realNowMs = Date.now.bind(Date)
const realTimeout = globalThis.setTimeout
const realWait = scheduler.wait.bind(scheduler)
const realSignal = AbortSignal.timeout.bind(AbortSignal)
let passedMs = 0

export function trueMs(): number {
  return GROUND_EPOCH_MS + (realNowMs() - GROUND_EPOCH_MS) * GROUND_SPEED + passedMs
}

/** Turns all clocks of this isolate ahead. */
export function pass(ms: number): void {
  passedMs += ms
}

/**
 * Puts everything that runs in this isolate on a clock: `current` answers whose code is running. A step or a
 * stop of a clock changes no timer, because the timers of workerd are monotonic. But the rate of a clock holds for
 * timers too, since both hang on one oscillator.
 */
export function runOnClock(current: () => Clock): void {
  const real = (ms: number) => ms / (GROUND_SPEED * current().rate())
  Date.now = () => Math.floor(current().nowMs(trueMs()))
  globalThis.setTimeout = ((callback: () => void, ms = 0) =>
    realTimeout(callback, real(ms))) as typeof setTimeout
  scheduler.wait = (ms) => realWait(real(ms))
  AbortSignal.timeout = (ms) => realSignal(real(ms))
}
