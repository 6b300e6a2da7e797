// What a location may let through of a key with a limit, without asking for each request. The key's authority has
// granted it, see window.ts. It ends with the lease with which it was granted and with its window, whichever ends
// first, by a clock that was read before it was asked for. What is left then is dropped.

import { HOLD_FACTOR } from './lease.ts'
import { isSamePolicies, type Policy } from './rate-limit.ts'
import type { Granted, WindowView } from './window.ts'

/** The limits of a key, prepared for its requests. */
export interface Limits {
  readonly policies: readonly Policy[]
  /** The lookup id whose authority counts the windows. */
  readonly windowsAt: string | null
}

/** Mutated in place. All times are in milliseconds since 1970, by the clock of the location. */
export interface Allowance {
  /** The limits that all of it is about. */
  policies: readonly Policy[]
  /** How many more requests may be let through. */
  left: number
  untilMs: number
  /** What the authority said last, in the order of the policies. */
  windows: readonly KnownWindow[]
  /** How many questions have been asked, the number of the one that it answered, and when that was asked. */
  questions: number
  question: number
  askedMs: number
  /** How many requests wait that no question has counted yet. */
  waiting: number
  /** How many questions have counted those that waited. */
  counts: number
  /** How many have come since `measuredMs`. */
  measured: number
  measuredMs: number
  /** How many requests come in a millisecond, by the last measurement. */
  rate: number
  /** How many questions that ask for it alone are on their way, and when the last one was sent. */
  onTheirWay: number
  sentMs: number
}

export interface KnownWindow {
  /** See WindowView. */
  readonly startMs: number | null
  readonly left: number
  /** It ends at this time or later. */
  readonly endsMs: number
  /** It has ended by then. */
  readonly endedMs: number
}

/** Limits that have been met. */
export interface MetLimit {
  readonly violated: readonly Policy[]
  /** When the windows that are met have ended. */
  readonly endedMs: number
}

export function newAllowance(policies: readonly Policy[], nowMs: number): Allowance {
  return {
    policies,
    left: 0,
    untilMs: -Infinity,
    windows: [],
    questions: 0,
    question: 0,
    askedMs: -Infinity,
    waiting: 0,
    counts: 0,
    measured: 0,
    measuredMs: nowMs,
    rate: 0,
    onTheirWay: 0,
    sentMs: -Infinity,
  }
}

/** Begins anew if the limits are others than those that the allowance is about. */
export function adaptAllowance(allowance: Allowance, policies: readonly Policy[]): void {
  if (isSamePolicies(allowance.policies, policies)) return
  allowance.left = 0
  allowance.windows = []
  allowance.policies = policies
}

/** Whether a request can be let through at `nowMs` without a question. */
export function hasLeft(allowance: Allowance, nowMs: number): boolean {
  return allowance.left > 0 && isUsable(allowance, nowMs)
}

/** Lets one request through. False if there is none left at `nowMs`. */
export function spend(allowance: Allowance, nowMs: number): boolean {
  if (!hasLeft(allowance, nowMs)) return false
  allowance.left--
  return true
}

/** The limit that is met at `nowMs`; null if the authority has to be asked. */
export function findMet(allowance: Allowance, nowMs: number): MetLimit | null {
  if (allowance.left > 0 || nowMs < allowance.askedMs) return null
  const { windows, policies } = allowance
  const met = windows.map(({ left, endsMs }) => left === 0 && nowMs < endsMs)
  if (!met.includes(true)) return null
  const violated = policies.filter((_, index) => met[index])
  const ends = windows.filter((_, index) => met[index]).map(({ endedMs }) => endedMs)
  return { violated, endedMs: Math.max(...ends) }
}

export interface Answered {
  readonly question: number
  /** When it was asked, and when it was answered. */
  readonly askedMs: number
  readonly nowMs: number
  /** For how long the answer may be used, from when it was asked. */
  readonly usableMs: number
}

/** Adds what an authority has granted. `policies`: those that it was asked about. */
export function addGranted(
  allowance: Allowance,
  policies: readonly Policy[],
  { granted, windows }: Granted,
  { question, askedMs, nowMs, usableMs }: Answered,
): void {
  if (!isSamePolicies(allowance.policies, policies)) return
  const isLater = question > allowance.question
  const isSame = isSameWindows(allowance.windows, windows)
  // What was granted in windows that have ended since is lost.
  if (!isLater && !isSame) return
  // The clock of the authority may run faster than this one.
  const endsInMs = Math.min(usableMs, ...windows.map((window) => window.endsInMs / HOLD_FACTOR))
  const before = isSame && isUsable(allowance, nowMs) ? allowance.left : 0
  allowance.untilMs = Math.max(before > 0 ? allowance.untilMs : -Infinity, askedMs + endsInMs)
  allowance.left = before + granted
  if (!isLater) return
  allowance.question = question
  allowance.askedMs = askedMs
  allowance.windows = windows.map(({ startMs, left, endsInMs: ms }) => ({
    startMs,
    left,
    endsMs: askedMs + ms,
    endedMs: nowMs + ms,
  }))
}

/** How many requests this location knows to be left of a policy, and how long its window lasts. */
export function leftOf(
  allowance: Allowance | null,
  policies: readonly Policy[],
  index: number,
  nowMs: number,
): { readonly left: number; readonly endsInMs: number } {
  const policy = policies[index]
  const unused = { left: policy?.requests ?? 0, endsInMs: (policy?.perSeconds ?? 0) * 1_000 }
  if (allowance === null || !isSamePolicies(allowance.policies, policies)) return unused
  const window = allowance.windows[index]
  if (window === undefined || window.startMs === null) return unused
  if (nowMs < allowance.askedMs || nowMs >= window.endedMs) return unused
  const own = isUsable(allowance, nowMs) ? allowance.left : 0
  return { left: window.left + own, endsInMs: window.endedMs - nowMs }
}

/** Whether what is left can be used at `nowMs`. */
export function isUsable({ askedMs, untilMs }: Allowance, nowMs: number): boolean {
  return nowMs >= askedMs && nowMs < untilMs
}

function isSameWindows(known: readonly KnownWindow[], windows: readonly WindowView[]): boolean {
  if (known.length !== windows.length) return false
  return known.every((one, index) => one.startMs === windows[index]?.startMs)
}
