// The requests of keys with limits, for those who check them. Pure.

import type { Policy } from '../../src/keys/rate-limit.ts'
import type { Log, Use, Violation } from './checker.ts'
import { possibleValues } from './registers.ts'

/** Between what two processes see of the same event, in milliseconds of the world's time. */
export const SLACK_MS = 100

/** A request that was let through. */
export interface Arrival {
  readonly use: Use
  readonly startMs: number
  readonly atMs: number
}

/** The requests of a key that were let through, in the order in which they reached the upstream. */
export function arrivalsOf(log: Log, key: string): Arrival[] {
  return log.uses
    .flatMap((use) => {
      const { arrivedMs, startSeconds, verdict } = use
      // What was refused may have been sent on before the limit was known of.
      const isLet = typeof verdict !== 'string' || verdict === 'allowed'
      if (use.key !== key || arrivedMs === null || !isLet) return []
      return [{ use, startMs: startSeconds * 1_000, atMs: arrivedMs }]
    })
    .toSorted((a, b) => a.atMs - b.atMs)
}

/** The limits that may have held for a request, as requests and seconds; Infinity for none. */
export function limitsOf(
  log: Log,
  use: Use,
  policy: Policy['name'],
): (readonly [requests: number, seconds: number])[] {
  const account = log.keys.get(use.key)?.account ?? ''
  const register = policy === 'key' ? `${use.key} limit` : `${account} ceiling`
  return [...possibleValues(log, register, use)].map((value) => {
    if (value === 'none') return [Infinity, Infinity] as const
    const [requests = 0, seconds = 0] = value.split('/').map(Number)
    return [requests, seconds] as const
  })
}

export function violation(text: string): Violation {
  return { rule: 'limit', text }
}
