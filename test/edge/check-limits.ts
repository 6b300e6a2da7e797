// Holds what happened against the limits of keys: how many requests reached the upstream in each window. A window is as
// long as the clock of its authority says, and begins with the first request that was granted after the one before. So
// the questions for allowances tell where windows begin and end. Where that is not certain, a request is left out. Pure.

import type { Log, Use, Violation } from './checker.ts'
import { possibleValues } from './registers.ts'
import type { AskedAllowance } from './sim/allowance-watch.ts'
import { follow, type Window } from './windows.ts'

/** Times of the world as two processes read them, in milliseconds. */
const SLACK_MS = 100
const SLOWEST = 0.9
/** The part of what is left of a window after which a location of any rate has dropped what it took ahead. */
const USED_PART = 0.9
/** All shorter windows have ended when everything is well again. */
const LONGEST_ENDED_SECONDS = 60

/** A request that was let through. */
interface Arrival {
  readonly use: Use
  readonly startMs: number
  readonly atMs: number
}

export function checkLimits(log: Log): Violation[] {
  return [...log.keys.keys()].flatMap((key) => {
    const asked = log.allowances.filter((one) => one.key === key)
    const isClear =
      !log.unclearWindows.has(key) && asked.every((one) => one.granted !== null || one.wanted === 0)
    return [
      ...checkAllowances(log, key, asked),
      ...(isClear ? checkWindows(log, key, asked) : []),
      ...(isClear ? checkRecovered(log, key) : []),
    ]
  })
}

function checkWindows(log: Log, key: string, asked: readonly AskedAllowance[]): Violation[] {
  const { windows, excesses } = follow(asked)
  const arrivals = arrivalsOf(log, key)
  return [
    ...excesses.map((text) => violation(`${key}: ${text}`)),
    ...windows.flatMap((window) => checkWindow(log, key, window, windows, arrivals)),
    ...log.uses.filter((use) => use.key === key).flatMap((use) => checkRefusal(log, use, windows)),
  ]
}

function checkWindow(
  log: Log,
  key: string,
  window: Window,
  windows: readonly Window[],
  arrivals: readonly Arrival[],
): Violation[] {
  const alike = windows.filter((one) => one.name === window.name)
  const index = alike.indexOf(window)
  const before = alike[index - 1]
  const next = alike[index + 1]
  const fromMs = Math.min(window.latestStartMs, before === undefined ? -Infinity : endOf(before))
  const untilMs = (next?.earliestStartMs ?? Infinity) - SLACK_MS
  const within = arrivals.filter(({ use, startMs, atMs }) => {
    if (startMs < fromMs + SLACK_MS || atMs > untilMs) return false
    return mostOf(log, use, window) !== null
  })
  if (within.length === 0) return []
  const most = Math.max(...within.map(({ use }) => mostOf(log, use, window) ?? 0))
  if (within.length > most) {
    return [
      violation(`${key}: ${within.length} requests in a window of ${window.name}, not ${most}`),
    ]
  }
  return within.flatMap(({ use, startMs }) => {
    const earlier = within.filter(({ atMs }) => atMs < startMs - SLACK_MS).length
    const limit = mostOf(log, use, window) ?? Infinity
    if (earlier < limit) return []
    return [violation(`${use.label}: allowed after ${earlier} of ${limit} in ${window.name}`)]
  })
}

/** When a window has surely ended, by the time of the world. */
function endOf({ latestStartMs, perSeconds }: Window): number {
  return latestStartMs + (perSeconds * 1_000) / SLOWEST
}

/**
 * How many requests the limit of a window may have had when a request was judged. Null where the limit may have been
 * another one then.
 */
function mostOf(log: Log, use: Use, { policy, perSeconds }: Window): number | null {
  const most = limitsOf(log, use, policy).map(([requests, seconds]) =>
    seconds === perSeconds ? requests : Infinity,
  )
  return most.includes(Infinity) ? null : Math.max(...most)
}

/** The limits that may have held for a request, as requests and seconds; Infinity for none. */
function limitsOf(log: Log, use: Use, policy: Window['policy']): (readonly [number, number])[] {
  const account = log.keys.get(use.key)?.account ?? ''
  const register = policy === 'key' ? `${use.key} limit` : `${account} ceiling`
  return [...possibleValues(log, register, use)].map((value) => {
    if (value === 'none') return [Infinity, Infinity] as const
    const [requests = 0, seconds = 0] = value.split('/').map(Number)
    return [requests, seconds] as const
  })
}

/** A request is only refused where all of a window was granted. */
function checkRefusal(log: Log, use: Use, windows: readonly Window[]): Violation[] {
  if (use.verdict !== 'rate_limited') return []
  const endMs = use.endSeconds * 1_000 + SLACK_MS
  const isMet = windows.some(({ policy, perSeconds, grants }) => {
    const granted = grants
      .filter((one) => one.askedMs <= endMs)
      .reduce((sum, one) => sum + one.granted, 0)
    return limitsOf(log, use, policy).some(
      ([requests, seconds]) => seconds === perSeconds && granted >= requests,
    )
  })
  return isMet ? [] : [violation(`${use.label}: rate_limited, and no window was met`)]
}

/** When everything is well again, and windows have ended, as many are let through as the limit says. */
function checkRecovered(log: Log, key: string): Violation[] {
  const uses = log.uses.filter((use) => use.key === key && use.recovered)
  const [last] = uses
  if (last === undefined || uses.some(({ verdict }) => !isAnswer(verdict))) return []
  const limits = (['key', 'account'] as const)
    .flatMap((policy) => limitsOf(log, last, policy))
    .filter(([, seconds]) => seconds !== Infinity)
  if (limits.some(([, seconds]) => seconds > LONGEST_ENDED_SECONDS)) return []
  const least = Math.min(...limits.map(([requests]) => requests))
  const refused = uses.filter(({ verdict }) => verdict === 'rate_limited').length
  if (refused <= Math.max(uses.length - least, 0)) return []
  return [
    violation(
      `${key}: ${refused} of ${uses.length} refused after recovery, with room for ${least}`,
    ),
  ]
}

function isAnswer(verdict: Use['verdict']): boolean {
  return verdict === 'allowed' || verdict === 'rate_limited'
}

/** What may still be spent at a location. */
interface Pool {
  left: number
  untilMs: number
  /** When its window began, by the clock of the authority. */
  readonly windowMs: number | null
}

const EMPTY: Pool = { left: 0, untilMs: -Infinity, windowMs: null }

/**
 * Each request of a key with a limit was granted to its location, in the same window and not longer ago than an
 * allowance lasts.
 */
function checkAllowances(
  log: Log,
  key: string,
  asked: readonly (AskedAllowance & { readonly key: string })[],
): Violation[] {
  const locations = new Set(log.uses.map(({ at }) => at))
  const arrivals = arrivalsOf(log, key).filter(
    ({ use }) => mostlyLimited(log, use, 'key') || mostlyLimited(log, use, 'account'),
  )
  return [...locations].flatMap((at) => {
    const grants = asked
      .filter((one) => one.at === at && one.granted !== 0)
      // An authority whose clock was turned may end a window before locations think so.
      .map((one) => (log.unclearWindows.has(key) ? { ...one, windowMs: null } : one))
    const spent = arrivals.filter(({ use }) => use.at === at)
    const uncovered = countUncovered(grants, spent, (grant) => lastsMs(grant, log))
    if (uncovered === 0) return []
    return [violation(`${key} at ${at}: ${uncovered} requests that no allowance was granted for`)]
  })
}

/** Whether a limit surely held for a request. */
function mostlyLimited(log: Log, use: Use, policy: Window['policy']): boolean {
  return limitsOf(log, use, policy).every(([requests]) => requests !== Infinity)
}

/** For how long an allowance may be used, from its answer on. */
function lastsMs({ policies, clockMs, windowMs }: AskedAllowance, log: Log): number {
  const leaseMs = log.allowanceMs / SLOWEST
  // A timer ends it where a clock does not, but only from the answer on.
  if (log.areClocksWrong) return 2 * leaseMs
  const [policy] = policies
  if (policy === undefined || clockMs === null || windowMs === null) return leaseMs
  return Math.min(leaseMs, USED_PART * (windowMs + policy.perSeconds * 1_000 - clockMs))
}

function countUncovered(
  grants: readonly AskedAllowance[],
  spent: readonly Arrival[],
  lasts: (grant: AskedAllowance) => number,
): number {
  const events = [
    ...grants.map((grant) => ({ atMs: answeredAt(grant) - SLACK_MS, grant, startMs: 0 })),
    ...spent.map(({ atMs, startMs }) => ({ atMs, startMs, grant: null })),
  ].toSorted((a, b) => a.atMs - b.atMs)
  let pool = EMPTY
  /** What was left before. A request may have spent of it that is still on its way. */
  let former = EMPTY
  let uncovered = 0
  for (const { atMs, startMs, grant } of events) {
    if (grant === null) {
      const source = [former, pool].find(({ left, untilMs }) => left > 0 && startMs <= untilMs)
      if (source === undefined) uncovered++
      else source.left--
      continue
    }
    const isLater = isBefore(pool.windowMs, grant.windowMs)
    if (isLater || atMs > pool.untilMs) {
      const untilMs = isLater ? Math.min(pool.untilMs, answeredAt(grant) + SLACK_MS) : pool.untilMs
      former = { ...pool, untilMs }
      pool = { ...EMPTY, windowMs: grant.windowMs }
    }
    const target = isBefore(grant.windowMs, pool.windowMs) ? former : pool
    target.left += grant.granted ?? grant.wanted
    target.untilMs = Math.max(target.untilMs, answeredAt(grant) + lasts(grant) + SLACK_MS)
  }
  return uncovered
}

function answeredAt({ answeredMs, askedMs }: AskedAllowance): number {
  return answeredMs ?? askedMs
}

function isBefore(windowMs: number | null, other: number | null): boolean {
  return windowMs !== null && other !== null && windowMs < other
}

/** The requests of a key that were let through, in the order in which they reached the upstream. */
function arrivalsOf(log: Log, key: string): Arrival[] {
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

function violation(text: string): Violation {
  return { rule: 'limit', text }
}
