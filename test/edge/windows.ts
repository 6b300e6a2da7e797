// The windows of a key's limits, as docs/integrate/rate-limits.md says: by what was asked of its authorities, in the
// order of their clock. Pure.

import type { Policy } from '../../src/keys/rate-limit.ts'
import type { AskedAllowance } from './sim/allowance-watch.ts'

/** Times are in milliseconds of the world's time. */
export interface Window {
  /** As `key 10 s`. */
  readonly name: string
  readonly policy: Policy['name']
  readonly perSeconds: number
  /** When it began, by the clock of the authority. */
  readonly clockMs: number
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

/** `asked`: the questions about one key, all of which were answered. */
export function follow(asked: readonly AskedAllowance[]): Followed {
  const windows: Window[] = []
  const running = new Map<string, Window>()
  const excesses: string[] = []
  const inOrder = asked
    .flatMap(({ clockMs, granted, ...one }) =>
      clockMs === null || granted === null || granted === 0 ? [] : [{ ...one, clockMs, granted }],
    )
    .toSorted((a, b) => a.clockMs - b.clockMs)
  for (const { clockMs, granted, askedMs, answeredMs, policies } of inOrder) {
    for (const { name: policy, perSeconds, requests } of policies) {
      const name = `${policy} ${perSeconds} s`
      let window = running.get(name)
      if (window === undefined || clockMs >= window.clockMs + perSeconds * 1_000) {
        const starts = { earliestStartMs: askedMs, latestStartMs: answeredMs ?? askedMs }
        window = { name, policy, perSeconds, clockMs, ...starts, grants: [] }
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
