// Holds what locations let through against what authorities granted them. Each request of a key with a limit was
// granted to its location, in the same window and not longer ago than an allowance lasts. And a location asks for no
// request that it refuses. Pure.

import type { Policy } from '../../src/keys/rate-limit.ts'
import type { Log, Use, Violation } from './checker.ts'
import { type Arrival, arrivalsOf, limitsOf, SLACK_MS, violation } from './limited-requests.ts'
import { rightVerdicts } from './right-verdicts.ts'
import type { AskedAllowance } from './sim/allowance-watch.ts'
import { SLOWEST } from './windows.ts'

/** The part of what is left of a window after which a location of any rate has dropped what it took ahead. */
const USED_PART = 0.86
/** Two processes read the same clock, in whole milliseconds that are multiplied. */
const READING_MS = 25

export function checkAllowances(
  log: Log,
  key: string,
  asked: readonly AskedAllowance[],
): Violation[] {
  const locations = new Set(log.uses.map(({ at }) => at))
  return [...locations].flatMap((at) => {
    const here = asked.filter((one) => one.at === at)
    return [...checkSpent(log, key, at, here), ...checkAsked(log, key, at, here)]
  })
}

function checkSpent(
  log: Log,
  key: string,
  at: string,
  asked: readonly AskedAllowance[],
): Violation[] {
  const spent = arrivalsOf(log, key).filter(
    ({ use }) =>
      use.at === at && (isSurelyLimited(log, use, 'key') || isSurelyLimited(log, use, 'account')),
  )
  const grants = asked
    .filter(({ granted }) => granted !== 0)
    .map((one): Grant => {
      // An authority whose clock was turned may end a window before locations think so.
      const windowMs = log.turnedAuthorities.has(key) ? null : (one.windows[0]?.startMs ?? null)
      const atMs = one.answeredMs ?? one.askedMs
      const { waiting, sentMs } = one
      const count = one.granted ?? one.wanted
      return { atMs, sentMs, waiting, count, untilMs: untilMsOf(one, log), windowMs }
    })
  const uncovered = countUncovered(grants, spent)
  if (uncovered === 0) return []
  return [violation(`${key} at ${at}: ${uncovered} requests that no allowance was granted for`)]
}

/** A location asks for requests that wait only while as many are under way that may be let through. */
function checkAsked(
  log: Log,
  key: string,
  at: string,
  asked: readonly AskedAllowance[],
): Violation[] {
  const uses = log.uses.filter(
    (use) => use.key === key && use.at === at && rightVerdicts(log, use).has('allowed'),
  )
  return asked.flatMap(({ granted, waiting, sentMs }) => {
    const spent = Math.min(granted ?? 0, waiting)
    const underWay = uses.filter((use) => isUnderWay(use, sentMs, log)).length
    if (spent <= underWay) return []
    return [violation(`${key} at ${at}: granted for ${spent} requests, and ${underWay} may pass`)]
  })
}

/** A question may leave, on a busy machine, when its request has been given up. */
function isUnderWay(
  { startSeconds, endSeconds }: Use,
  atMs: number,
  { allowanceMs }: Log,
): boolean {
  const endMs = endSeconds * 1_000 + 2 * allowanceMs
  return startSeconds * 1_000 - SLACK_MS <= atMs && atMs <= endMs
}

/** Whether a limit surely held for a request. */
function isSurelyLimited(log: Log, use: Use, policy: Policy['name']): boolean {
  return limitsOf(log, use, policy).every(([requests]) => requests !== Infinity)
}

/** Until when an allowance may be used. */
function untilMsOf(
  { policies, windows, sentMs, askedMs, answeredMs }: AskedAllowance,
  { allowanceMs, areClocksWrong }: Log,
): number {
  const leaseMs = allowanceMs / SLOWEST
  // A timer ends it where a clock does not, but only from the answer on.
  if (areClocksWrong) return (answeredMs ?? askedMs) + 2 * leaseMs + SLACK_MS
  const ends = policies.map((_, index) => USED_PART * (windows[index]?.endsInMs ?? Infinity))
  return sentMs + Math.min(leaseMs, ...ends) + READING_MS
}

interface Grant {
  readonly sentMs: number
  readonly atMs: number
  /** How many requests waited for it. */
  readonly waiting: number
  readonly count: number
  readonly untilMs: number
  /** When its window began, by the clock of the authority. */
  readonly windowMs: number | null
}

/** What may still be spent at a location. */
interface Pool {
  left: number
  untilMs: number
  readonly windowMs: number | null
}

function countUncovered(grants: readonly Grant[], spent: readonly Arrival[]): number {
  const events = [
    ...grants.map((grant) => ({ atMs: grant.atMs - SLACK_MS, grant, arrival: null })),
    ...spent.map((arrival) => ({ atMs: arrival.atMs, grant: null, arrival })),
  ].toSorted((a, b) => a.atMs - b.atMs)
  /** The last one is in use. A request that is still on its way may have spent of one before. */
  const pools: Pool[] = []
  let uncovered: Arrival[] = []
  for (const { atMs, grant, arrival } of events) {
    if (grant === null) {
      const source = pools.find(({ left, untilMs }) => left > 0 && arrival.startMs <= untilMs)
      if (source === undefined) uncovered.push(arrival)
      else source.left--
      continue
    }
    const { windowMs } = grant
    const last = pools.at(-1)
    if (last === undefined || isBefore(last.windowMs, windowMs) || atMs > last.untilMs) {
      pools.push({ left: 0, untilMs: -Infinity, windowMs })
    }
    let target = pools.findLast((pool) => !isBefore(windowMs, pool.windowMs))
    if (target === undefined) {
      target = { left: 0, untilMs: -Infinity, windowMs }
      pools.unshift(target)
    }
    const early = uncovered.filter((one) => mayWaitFor(grant, one))
    const covered = new Set(early.slice(0, Math.min(grant.waiting, grant.count)))
    uncovered = uncovered.filter((one) => !covered.has(one))
    target.left += grant.count - covered.size
    target.untilMs = Math.max(target.untilMs, grant.untilMs)
  }
  return uncovered.length
}

/**
 * Whether a request may have reached the upstream before it was granted. Where a location does not know yet that a key
 * has a limit, it sends a GET on while it asks.
 */
function mayWaitFor({ sentMs, atMs }: Grant, { use, startMs }: Arrival): boolean {
  const isSafe = use.method === 'GET' || use.method === 'HEAD'
  return isSafe && startMs <= sentMs + SLACK_MS && atMs - SLACK_MS <= use.endSeconds * 1_000
}

function isBefore(windowMs: number | null, other: number | null): boolean {
  return windowMs !== null && other !== null && windowMs < other
}
