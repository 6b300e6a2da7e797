// A faster clock: everything that waits in a location waits a part of the time, so that a history
// with a store that hangs takes milliseconds. Imported before the bundle, which stays as it is.

import { SPEED } from './speed.ts'

const realTimeout = globalThis.setTimeout
const realWait = scheduler.wait.bind(scheduler)
const realSignal = AbortSignal.timeout.bind(AbortSignal)

globalThis.setTimeout = ((callback: () => void, ms = 0) =>
  realTimeout(callback, ms / SPEED)) as typeof setTimeout
scheduler.wait = (ms) => realWait(ms / SPEED)
AbortSignal.timeout = (ms) => realSignal(ms / SPEED)
