// The windows in which the requests of a key are counted, as its authority keeps them. A window begins with the first
// request after the last one ended. Requests are granted before they are made, and are never given back. So
// whoever has one may lose it, and nobody can use it twice.
//
// A window is known by its policy and its length. A limit that changes to another number of requests keeps what was
// granted. One that changes to another length begins a window of that length, and finds the former one again
// where it changes back.

import type { Policy, PolicyName } from './rate-limit.ts'

/** A window that has begun. */
export interface Window {
  readonly policy: PolicyName
  readonly perSeconds: number
  /** When it began, by the clock of the authority, in milliseconds since 1970. */
  readonly startMs: number
  /** How many requests have been granted in it. */
  readonly granted: number
}

/** What a location asks for. */
export interface Wanted {
  readonly policies: readonly Policy[]
  /** How many requests wait for an answer. */
  readonly waiting: number
  /** How many more the location expects within `aheadMs` than it has left. */
  readonly ahead: number
  readonly aheadMs: number
}

/** A window as a location sees it. */
export interface WindowView {
  /** Null if none runs. */
  readonly startMs: number | null
  /** How many more requests can be granted in it. */
  readonly left: number
  /** How long it still lasts, in milliseconds. */
  readonly endsInMs: number
}

export interface Granted {
  /** How many requests may be let through. */
  readonly granted: number
  /** In the order of the policies. */
  readonly windows: readonly WindowView[]
}

export interface Reserved extends Granted {
  /** The windows afterwards; the same list if nothing has changed. */
  readonly after: readonly Window[]
}

/** Of what is left, a location gets half of its share ahead, so that the last ones go to those who ask next. */
const AHEAD_PART = 2

/**
 * Grants requests in all windows of a key. Requests that wait come first. `share`: how much of the demand at all
 * locations is that of this one, from 0 to 1. `nowMs`: the clock of the authority.
 */
export function grantRequests(
  windows: readonly Window[],
  { policies, waiting, ahead, aheadMs }: Wanted,
  share: number,
  nowMs: number,
): Reserved {
  const current = windows.map((window) => restarted(window, nowMs))
  const running = policies.map((policy) => findRunning(current, policy, nowMs))
  const views = policies.map((policy, index) => viewOf(policy, running[index], nowMs))
  const left = Math.min(...views.map((view) => view.left))
  const now = Math.min(waiting, left)
  // Towards the end of a window a location needs less of it.
  const usable = Math.min(1, ...views.map(({ endsInMs }) => endsInMs / aheadMs))
  const forLater = Math.min(ahead * usable, ((left - now) * share) / AHEAD_PART)
  const granted = now + Math.max(Math.floor(forLater), 0)
  if (granted === 0) {
    const isSame = current.every((window, index) => window === windows[index])
    return { granted, windows: views, after: isSame ? windows : current }
  }
  const counted = policies.map(({ name, perSeconds }, index): Window => {
    const { startMs, granted: before } = running[index] ?? { startMs: nowMs, granted: 0 }
    return { policy: name, perSeconds, startMs, granted: before + granted }
  })
  const others = current.filter(
    (window) => !hasEnded(window, nowMs) && !policies.some((policy) => isOf(window, policy)),
  )
  return {
    granted,
    windows: policies.map((policy, index) => viewOf(policy, counted[index], nowMs)),
    after: [...others, ...counted],
  }
}

/**
 * A window that began in the future, because the clock was set back, lasts for its whole length from now on. So it
 * never ends too early, and no clock makes it last for long.
 */
function restarted(window: Window, nowMs: number): Window {
  return nowMs < window.startMs ? { ...window, startMs: nowMs } : window
}

function findRunning(
  windows: readonly Window[],
  policy: Policy,
  nowMs: number,
): Window | undefined {
  return windows.find((window) => isOf(window, policy) && !hasEnded(window, nowMs))
}

function isOf(window: Window, { name, perSeconds }: Policy): boolean {
  return window.policy === name && window.perSeconds === perSeconds
}

function hasEnded({ startMs, perSeconds }: Window, nowMs: number): boolean {
  return nowMs >= startMs + perSeconds * 1_000
}

function viewOf(
  { requests, perSeconds }: Policy,
  window: Window | undefined,
  nowMs: number,
): WindowView {
  const lengthMs = perSeconds * 1_000
  if (window === undefined) return { startMs: null, left: requests, endsInMs: lengthMs }
  const { startMs, granted } = window
  return { startMs, left: Math.max(requests - granted, 0), endsInMs: startMs + lengthMs - nowMs }
}
