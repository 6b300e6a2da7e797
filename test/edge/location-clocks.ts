// What the clocks of locations can show, for the checker. A command turns a clock at some time between its sending and
// its answer. So each clock is kept twice, turned at the one time and at the other.

import type { ClockSpan } from './checker.ts'
import type { Location } from './ground.ts'
import { type Clock, type ClockChange, createClock } from './sim/clock.ts'

type Changes = Readonly<Partial<Record<Location, ClockChange>>>

export interface LocationClocks {
  /** Turns clocks by `act`, which sends the command. */
  readonly turn: <T>(changes: Changes, act: () => Promise<T>) => Promise<T>
  /** Watches the clock of a location from now on. Answers what it can have shown until then. */
  readonly watch: (at: Location) => () => ClockSpan
}

/** Rounding, and several changes of a rate that each happened a little earlier or later. */
const SLACK_MS = 50

/** `nowMs`: the time of the world. */
export function createLocationClocks(nowMs: () => number): LocationClocks {
  const early = new Map<Location, Clock>()
  const late = new Map<Location, Clock>()
  /** What clocks showed when they were turned, before and after that. */
  const turned: { readonly at: Location; readonly span: ClockSpan }[] = []

  function clockOf(clocks: Map<Location, Clock>, at: Location): Clock {
    const clock = clocks.get(at) ?? createClock()
    clocks.set(at, clock)
    return clock
  }

  function shownNow(at: Location): ClockSpan {
    const shown = [early, late].map((clocks) => clockOf(clocks, at).nowMs(nowMs()))
    return { leastMs: Math.min(...shown) - SLACK_MS, mostMs: Math.max(...shown) + SLACK_MS }
  }

  function turnAll(clocks: Map<Location, Clock>, changes: Changes): void {
    for (const [at, change] of Object.entries(changes) as [Location, ClockChange][]) {
      turned.push({ at, span: shownNow(at) })
      clockOf(clocks, at).change(change, nowMs())
      turned.push({ at, span: shownNow(at) })
    }
  }

  return {
    async turn(changes, act) {
      turnAll(early, changes)
      const done = await act()
      turnAll(late, changes)
      return done
    },
    watch(at) {
      const first = shownNow(at)
      const from = turned.length
      return () => {
        const meanwhile = turned.slice(from).filter((one) => one.at === at)
        const spans = [first, ...meanwhile.map(({ span }) => span), shownNow(at)]
        return {
          leastMs: Math.min(...spans.map(({ leastMs }) => leastMs)),
          mostMs: Math.max(...spans.map(({ mostMs }) => mostMs)),
        }
      }
    },
  }
}
