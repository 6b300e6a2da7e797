// A clock and timers that move only if a test moves them.

export interface ManualClock {
  readonly nowMs: () => number
  /** The time that has gone by for the timers. */
  readonly elapsedMs: () => number
  readonly wait: (ms: number) => Promise<void>
  /** Lets time go by, for the clock and the timers. */
  readonly pass: (ms: number) => Promise<void>
  /** Lets time go by for the timers alone. */
  readonly passFrozen: (ms: number) => Promise<void>
  /** Sets the clock alone, ahead or back. */
  readonly jump: (ms: number) => void
  /** Ends all that waits, as the runtime does with the timers of a request that it ends. */
  readonly loseTimers: () => void
}

interface Timer {
  readonly atMs: number
  readonly done: () => void
}

export function createManualClock(startMs = 0): ManualClock {
  let now = startMs
  let elapsed = 0
  let timers: Timer[] = []

  async function pass(ms: number, clockRate: number): Promise<void> {
    const endMs = elapsed + ms
    const moveTo = (atMs: number) => {
      now += (atMs - elapsed) * clockRate
      elapsed = atMs
    }
    for (;;) {
      await settled()
      const dueMs = Math.min(...timers.map(({ atMs }) => atMs))
      if (dueMs > endMs) break
      moveTo(dueMs)
      const due = timers.filter(({ atMs }) => atMs === dueMs)
      timers = timers.filter(({ atMs }) => atMs !== dueMs)
      for (const { done } of due) done()
    }
    moveTo(endMs)
  }

  return {
    nowMs: () => now,
    elapsedMs: () => elapsed,
    wait: (ms) => new Promise((done) => void timers.push({ atMs: elapsed + ms, done })),
    pass: (ms) => pass(ms, 1),
    passFrozen: (ms) => pass(ms, 0),
    jump: (ms) => void (now += ms),
    loseTimers: () => void (timers = []),
  }
}

/** Lets everything run that waits for no timer. */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
