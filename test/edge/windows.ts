// The windows of a key's limits, as docs/integrate/rate-limits.md says: by what was asked of its authorities, in the
// order in which they answered, and by their own clock, which may jump. Pure.

import type { Policy } from '../../src/keys/rate-limit.ts'
import type { AskedAllowance, ObjectEvent } from './sim/allowance-watch.ts'

/** How slow a clock may be. */
export const SLOWEST = 0.9

/** Times are in milliseconds of the world's time. */
export interface Window {
  /** As `key 10 s`. */
  readonly name: string
  readonly policy: Policy['name']
  readonly perSeconds: number
  /** How often the authority had lost its storage when it began. */
  readonly losses: number
  /** When it began, by the clock of the authority. A clock that is set back begins it again. */
  clockMs: number
  readonly earliestStartMs: number
  readonly latestStartMs: number
  /** What was granted in it. */
  readonly grants: { readonly askedMs: number; readonly granted: number }[]
}

export interface Followed {
  /** In the order in which they began. */
  readonly windows: readonly Window[]
  /** What was granted beyond a limit. */
  readonly excesses: readonly string[]
}

type Answered = AskedAllowance & { readonly granted: number; readonly event: ObjectEvent }

/** Whether nobody knows what was granted to a question. */
export function isUnknown({ granted, wanted }: AskedAllowance): boolean {
  return granted === null && wanted > 0
}

/** `asked`: the questions about one key. `isTurned`: whether the clock of its authority was turned. */
export function follow(asked: readonly AskedAllowance[], isTurned = false): Followed {
  const isClear = !asked.some(isUnknown)
  const windows: Window[] = []
  const running = new Map<string, Window>()
  const excesses: string[] = []
  for (const one of asked.filter(isAnswered).toSorted((a, b) => a.event.place - b.event.place)) {
    const clockMs = clockOf(one)
    const { granted, event, askedMs, policies } = one
    for (const [name, window] of running) {
      if (window.losses !== event.losses) running.delete(name)
      window.clockMs = Math.min(window.clockMs, clockMs)
    }
    if (granted === 0) continue
    for (const [index, { name: policy, perSeconds, requests }] of policies.entries()) {
      const name = `${policy} ${perSeconds} s`
      let window = running.get(name)
      if (window === undefined || clockMs >= window.clockMs + perSeconds * 1_000) {
        // A question whose answer is unknown may have begun it before.
        const startMs = isClear ? clockMs : (one.windows[index]?.startMs ?? clockMs)
        const starts = startsOf(one, clockMs - startMs, isTurned)
        const { losses } = event
        window = { name, policy, perSeconds, losses, clockMs: startMs, ...starts, grants: [] }
        running.set(name, window)
        windows.push(window)
      }
      window.grants.push({ askedMs, granted })
      const sum = window.grants.reduce((before, grant) => before + grant.granted, 0)
      if (sum > requests)
        excesses.push(`${sum} requests were granted in a window of ${name}, not ${requests}`)
    }
  }
  return { windows, excesses }
}

/** A question to an object that counts windows, and that has looked at them. */
function isAnswered(one: AskedAllowance): one is Answered {
  return one.granted !== null && one.event !== null && one.windows.length > 0
}

/** The clock of the authority when it granted. */
function clockOf({ windows, policies, event }: Answered): number {
  const known = windows.findIndex(({ startMs }) => startMs !== null)
  const window = windows[known]
  const policy = policies[known]
  if (window === undefined || policy === undefined) return event.clockMs
  return (window.startMs ?? 0) + policy.perSeconds * 1_000 - window.endsInMs
}

/** When a window began that had lasted for so long, by the clock of the authority. */
function startsOf({ askedMs, answeredMs }: Answered, lastedMs: number, isTurned: boolean) {
  const latestStartMs = answeredMs ?? askedMs
  if (lastedMs === 0) return { earliestStartMs: askedMs, latestStartMs }
  const earliestStartMs = isTurned ? -Infinity : askedMs - lastedMs / SLOWEST
  return { earliestStartMs, latestStartMs }
}
