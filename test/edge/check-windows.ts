// Holds what reached the upstream in each window of a key's limits against them. A window is as long as the clock of
// its authority says, and begins with the first request that was granted after the one before. So the questions for
// allowances tell where windows begin and end. Where that is not certain, a request is left out. Pure.

import type { Log, Use, Violation } from './checker.ts'
import { type Arrival, arrivalsOf, limitsOf, SLACK_MS, violation } from './limited-requests.ts'
import type { AskedAllowance } from './sim/allowance-watch.ts'
import { follow, isUnknown, SLOWEST, type Window } from './windows.ts'

const FASTEST = 1.1
/** All shorter windows have ended when everything is well again. */
const LONGEST_ENDED_SECONDS = 60

/** What is known of the windows of a key. */
interface Known {
  readonly log: Log
  readonly key: string
  readonly windows: readonly Window[]
  /** How many requests may have been granted that nobody knows of. */
  readonly unknown: number
  /** Whether the clock of the authority was turned, so that its windows last for longer or shorter. */
  readonly isTurned: boolean
}

export function checkWindows(log: Log, key: string, asked: readonly AskedAllowance[]): Violation[] {
  const isTurned = log.turnedAuthorities.has(key)
  const { windows, excesses } = follow(asked, isTurned)
  const unknown = asked.filter(isUnknown).reduce((sum, { wanted }) => sum + wanted, 0)
  const known: Known = { log, key, windows, unknown, isTurned }
  const arrivals = arrivalsOf(log, key)
  const uses = log.uses.filter((use) => use.key === key)
  return [
    ...excesses.map((text) => violation(`${key}: ${text}`)),
    ...windows.flatMap((window) => checkWindow(known, window, arrivals)),
    ...uses.flatMap((use) => checkRefusal(known, use)),
    ...(isTurned ? [] : checkRecovered(known, uses)),
  ]
}

function checkWindow(known: Known, window: Window, arrivals: readonly Arrival[]): Violation[] {
  const { log, key } = known
  const { fromMs, untilMs } = spanOf(known, window)
  const within = arrivals.filter(({ use, startMs, atMs }) => {
    if (startMs < fromMs + SLACK_MS || atMs > untilMs - SLACK_MS) return false
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

/** Requests that start after the one and arrive before the other were granted in this window. */
function spanOf(
  { log, windows, unknown, isTurned }: Known,
  window: Window,
): { readonly fromMs: number; readonly untilMs: number } {
  const alike = windows.filter((one) => one.name === window.name)
  const before = alike[alike.indexOf(window) - 1]
  const next = alike[alike.indexOf(window) + 1]
  const { latestStartMs, earliestStartMs, perSeconds } = window
  // Other windows may have begun that nobody knows of.
  const surelyMs = isTurned ? -Infinity : earliestStartMs + (perSeconds * 1_000) / FASTEST
  const untilMs = Math.min(next?.earliestStartMs ?? Infinity, unknown > 0 ? surelyMs : Infinity)
  if (before === undefined) return { fromMs: -Infinity, untilMs }
  // A window that ended early leaves allowances behind.
  const endsEarly = isTurned || before.losses !== window.losses
  const fromMs = endsEarly
    ? latestStartMs + log.allowanceMs / SLOWEST
    : Math.min(latestStartMs, endOf(before))
  return { fromMs, untilMs }
}

/** When a window has surely ended. */
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

/** A request is only refused while a window runs of which all was granted. */
function checkRefusal({ log, windows, unknown, isTurned }: Known, use: Use): Violation[] {
  if (use.verdict !== 'rate_limited') return []
  const startMs = use.startSeconds * 1_000 - SLACK_MS
  const endMs = use.endSeconds * 1_000 + SLACK_MS
  const isVague = isTurned || log.areClocksWrong || unknown > 0
  const isMet = windows.some((window) => {
    const granted = window.grants
      .filter(({ askedMs }) => askedMs <= endMs)
      .reduce((sum, one) => sum + one.granted, unknown)
    // A location counts from the answer, which may come late.
    if (!isVague && startMs > endOf(window) + 2 * log.allowanceMs) return false
    return limitsOf(log, use, window.policy).some(
      ([requests, seconds]) => seconds === window.perSeconds && granted >= requests,
    )
  })
  return isMet ? [] : [violation(`${use.label}: rate_limited, and no window was met`)]
}

/** When everything is well again, and windows have ended, as many are let through as the limit says. */
function checkRecovered({ log, key }: Known, all: readonly Use[]): Violation[] {
  const uses = all.filter(({ recovered }) => recovered)
  const [last] = uses
  if (last === undefined || uses.some(({ verdict }) => !isAnswer(verdict))) return []
  // What failed on a busy machine may have been granted, and is made again.
  const sinceSeconds = last.startSeconds - LONGEST_ENDED_SECONDS
  if (all.some((use) => use.startSeconds > sinceSeconds && !isAnswer(use.verdict))) return []
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
