// A clock of the simulated world, which may be wrong: it may run fast or slow, be set back or ahead, or stand
// still. Pure: the true time is a parameter. Times are in milliseconds.

/** What happens to a clock. What is left out stays as it is. */
export interface ClockChange {
  /** How fast it runs: 1.1 is ten percent fast. */
  readonly rate?: number
  /** Sets it ahead, or back where negative. */
  readonly stepMs?: number
  /** Whether it stands still. It goes on from where it stood. */
  readonly stands?: boolean
  /** It shows the true time again. */
  readonly isRight?: true
}

export interface Clock {
  readonly nowMs: (trueMs: number) => number
  readonly rate: () => number
  readonly change: (change: ClockChange, trueMs: number) => void
}

export function createClock(): Clock {
  let rate = 1
  let stands = false
  /** The last change, by the true time and by this clock. */
  let changed: { readonly trueMs: number; readonly shownMs: number } | undefined

  function nowMs(trueMs: number): number {
    if (changed === undefined) return trueMs
    return changed.shownMs + (stands ? 0 : (trueMs - changed.trueMs) * rate)
  }

  return {
    nowMs,
    rate: () => rate,
    change(change, trueMs) {
      changed = { trueMs, shownMs: nowMs(trueMs) + (change.stepMs ?? 0) }
      rate = change.rate ?? rate
      stands = change.stands ?? stands
      if (change.isRight !== true) return
      changed = undefined
      rate = 1
      stands = false
    },
  }
}
