// Spends requests of the limits of keys. What this isolate may let through is kept with the cached record, see
// keys/allowance.ts. If nothing is left, the authority that counts the windows is asked. A question about the
// record asks for an allowance beside, where the same authority has both.

import {
  adaptAllowance,
  addGranted,
  type Allowance,
  findMet,
  hasLeft,
  type Limits,
  newAllowance,
  spend,
} from '../keys/allowance.ts'
import { beginWait, endWait, wantedOf } from '../keys/wanted-allowance.ts'
import type { Policy } from '../keys/rate-limit.ts'
import type { Granted, Wanted } from '../keys/window.ts'
import type { LogFault } from '../log/fault.ts'
import type { IsolateMetrics } from '../metrics/isolate-metrics.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { KeyAuthorities } from '../stores/key-authority/key-authority.ts'
import { type CachedKey, isBelieved } from './cached-key.ts'
import type { ClockGuard } from './clock-guard.ts'
import type { Trace } from './trace.ts'
import type { UsedKey } from './use-recorder.ts'

export type LimitRefusal =
  | {
      readonly reason: 'rate_limited'
      /** The limits that are met. */
      readonly violated: readonly Policy[]
      /** After so many seconds their windows have ended; 1 or more. */
      readonly retryAfterSeconds: number
    }
  | { readonly reason: 'key_revoked' }
  | { readonly reason: 'authentication_unavailable' }

type Spent = Result<null, LimitRefusal>

/** An allowance that a question about a record asks for beside. */
export interface AskBeside {
  /** `leaseMs`: the lease that the question asks for, 0 for none. Null if nothing is wanted. */
  readonly wanted: (leaseMs: number, askedMs: number) => Wanted | null
  /** `leaseMs`: the lease that was granted. */
  readonly note: (granted: Granted, leaseMs: number, askedMs: number) => void
  /** The record is known, by this question or by another one. */
  readonly end: () => void
}

export interface RequestLimits {
  /** Spends one request. A promise only if the authority must be asked. */
  readonly spend: (key: UsedKey, limits: Limits, trace: Trace) => Spent | Promise<Spent>
  /** `isWaiting`: whether a request waits for the answer. */
  readonly askBeside: (cached: CachedKey, limits: Limits, isWaiting: boolean) => AskBeside
  /** Asks ahead, in the background, when a lease is renewed by another authority than counts the windows. */
  readonly askAhead: (cached: CachedKey, limits: Limits) => void
}

export interface RequestLimitsDeps {
  readonly authorities: Pick<KeyAuthorities, 'askAllowance'>
  /** The term of a lease in milliseconds, 0 for no leases. */
  readonly termMs: number
  /** After so many milliseconds, a question has been answered or is lost. */
  readonly timeoutMs: number
  readonly clock: ClockGuard
  readonly metrics: Pick<IsolateMetrics, 'noteQuestion'>
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly onFault: LogFault
  readonly nowMs: () => number
}

/** How many questions of this isolate about the limits of one key may be on their way. */
const MAX_ON_THEIR_WAY = 3
const LEAST_POLL_MS = 5
/** The pause between two looks, as a part of the time waited so far. */
const POLL_PART = 0.25

/** `isPeeking`: for requests that only ask whether the limit is met. */
export function createRequestLimits(deps: RequestLimitsDeps, isPeeking = false): RequestLimits {
  const { authorities, termMs, timeoutMs, metrics, nowMs } = deps
  function allowanceOf(cached: CachedKey, { policies }: Limits): Allowance {
    const allowance = (cached.allowance ??= newAllowance(policies, nowMs()))
    adaptAllowance(allowance, policies)
    return allowance
  }

  /** Null if the authority must be asked. */
  function trySpend(allowance: Allowance, atMs: number): Spent | null {
    if (isPeeking ? hasLeft(allowance, atMs) : spend(allowance, atMs)) return ok(null)
    const met = findMet(allowance, atMs)
    if (met === null) return null
    const { violated, endedMs } = met
    const retryAfterSeconds = Math.max(Math.ceil((endedMs - atMs) / 1_000), 1)
    return err({ reason: 'rate_limited', violated, retryAfterSeconds })
  }

  function want(allowance: Allowance, isWaiting: boolean, leaseMs: number, atMs: number): Wanted {
    return isPeeking
      ? { policies: allowance.policies, waiting: 0, ahead: 0, aheadMs: 1 }
      : wantedOf(allowance, isWaiting, leaseMs, atMs)
  }

  function note(
    allowance: Allowance,
    policies: readonly Policy[],
    granted: Granted,
    question: number,
    askedMs: number,
    leaseMs: number,
  ): void {
    const usableMs = leaseMs > 0 ? leaseMs : timeoutMs
    addGranted(allowance, policies, granted, { question, askedMs, nowMs: nowMs(), usableMs })
    if (granted.granted <= 1) return // the request that asked spends it
    const { untilMs } = allowance
    // A timer ends it too, because timers run on while the clock stands still or is set back.
    const ended = deps.wait(Math.max(untilMs - nowMs(), 0)).then(() => {
      if (allowance.untilMs === untilMs) allowance.left = 0
    })
    deps.later(ended)
  }

  function isLeased(cached: CachedKey, atMs: number): boolean {
    return isBelieved(cached, atMs, deps.clock) && !cached.isGrace
  }

  /** Answers whether the key was deleted. Rejects if the authority cannot be asked. */
  async function ask(windowsAt: string, allowance: Allowance, wanted: Wanted, leaseMs: number) {
    const question = ++allowance.questions
    const askedMs = nowMs()
    allowance.onTheirWay = countOnTheirWay(allowance) + 1
    allowance.sentMs = askedMs
    try {
      const answer = await authorities.askAllowance(windowsAt, wanted)
      metrics.noteQuestion('current')
      if (answer === 'deleted') return true
      note(allowance, wanted.policies, answer, question, askedMs, leaseMs)
      return false
    } catch (error) {
      metrics.noteQuestion('failed')
      throw error
    } finally {
      allowance.onTheirWay = Math.max(allowance.onTheirWay - 1, 0)
    }
  }

  function countOnTheirWay(allowance: Allowance): number {
    // The runtime may have ended a request before its answer came. Then nobody counted it as answered.
    if (Math.abs(nowMs() - allowance.sentMs) > timeoutMs) allowance.onTheirWay = 0
    return allowance.onTheirWay
  }

  /** Asks until one request can be spent, or the limit is met. */
  async function obtain(key: UsedKey, limits: Limits, allowance: Allowance, trace: Trace) {
    const { lookupId, cached } = key
    const windowsAt = limits.windowsAt ?? lookupId
    const startedMs = nowMs()
    let waitedMs = 0
    const counts = isPeeking ? 0 : beginWait(allowance)
    try {
      while (Math.max(waitedMs, nowMs() - startedMs) < timeoutMs) {
        if (countOnTheirWay(allowance) < MAX_ON_THEIR_WAY) {
          const askedMs = nowMs()
          const leaseMs = isLeased(cached, askedMs) ? termMs : 0
          const wanted = want(allowance, true, leaseMs, askedMs)
          const answer = ask(windowsAt, allowance, wanted, leaseMs)
          // If the client goes away, its request ends. Requests that wait for the answer must still get it.
          deps.later(answer.then(noop, noop))
          if (await answer) return err({ reason: 'key_revoked' } as const)
          if (isPeeking) return trySpend(allowance, nowMs()) ?? ok(null)
        } else {
          const pauseMs = Math.max(LEAST_POLL_MS, waitedMs * POLL_PART)
          await deps.wait(pauseMs)
          waitedMs += pauseMs
        }
        const spent = trySpend(allowance, nowMs())
        if (spent !== null) return spent
      }
    } catch (error) {
      deps.onFault('authority', error, trace.requestId)
    } finally {
      if (!isPeeking) endWait(allowance, counts)
    }
    return err({ reason: 'authentication_unavailable' } as const)
  }

  return {
    spend(key, limits, trace) {
      const allowance = allowanceOf(key.cached, limits)
      if (!isPeeking) allowance.measured++
      // Not when the request started, because it may have waited for its record.
      return trySpend(allowance, nowMs()) ?? obtain(key, limits, allowance, trace)
    },

    askBeside(cached, limits, isWaiting) {
      const allowance = allowanceOf(cached, limits)
      const counts = isWaiting && !isPeeking ? beginWait(allowance) : null
      let question = 0
      return {
        wanted(leaseMs, askedMs) {
          question = ++allowance.questions
          const wanted = want(allowance, isWaiting, leaseMs, askedMs)
          return wanted.waiting + wanted.ahead === 0 && !isPeeking ? null : wanted
        },
        note(granted, leaseMs, askedMs) {
          note(allowance, limits.policies, granted, question, askedMs, leaseMs)
        },
        end() {
          if (counts !== null) endWait(allowance, counts)
        },
      }
    },

    askAhead(cached, limits) {
      const allowance = allowanceOf(cached, limits)
      const wanted = want(allowance, false, termMs, nowMs())
      if (limits.windowsAt === null || wanted.ahead === 0) return
      const answer = ask(limits.windowsAt, allowance, wanted, termMs)
      deps.later(answer.then(noop, noop)) // the next request that finds nothing left asks again
    },
  }
}

function noop(): void {}
