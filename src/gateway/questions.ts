// Asks the authorities of keys whether cached records are current. Questions of this isolate have numbers. A
// request notes the number of the newest question when it comes. Every question with a higher number was
// asked after that, so its answer may judge the request. No clock is needed for that.

import type { UseReport } from '../keys/use.ts'
import type { IsolateMetrics } from '../metrics/isolate-metrics.ts'
import type { Answered, KeyAuthorities } from '../stores/key-authority/key-authority.ts'
import type { RecordIdentity } from '../stores/key-authority/question.ts'
import type { CachedKey } from './cached-key.ts'
import type { ClockGuard } from './clock-guard.ts'
import type { AskBeside } from './request-limits.ts'

export interface Answer extends Answered {
  readonly question: number
  /** When the question was asked, by the clock of this isolate. The lease of the answer runs from here. */
  readonly askedMs: number
  /**
   * Resolves when the lease has run out, by a timer that started before the question was asked. Timers run on
   * while `Date.now()` stands still or is set back. Null if no lease was wanted.
   */
  readonly leaseEnds: Promise<void> | null
}

export interface Questions {
  /** The number of the newest question. */
  readonly newest: () => number
  /** How many questions about a key are on their way. */
  readonly countOnTheirWay: (cached: CachedKey) => number
  /**
   * Asks whether `identity` is current; null if there is no record. Rejects if the authority cannot be asked.
   * `mayLease`: whether a lease is of use. `beside`: an allowance that is asked for in the same call.
   */
  readonly ask: (
    lookupId: string,
    cached: CachedKey,
    identity: RecordIdentity | null,
    mayLease: boolean,
    beside: AskBeside | null,
  ) => Promise<Answer>
}

export interface QuestionsDeps {
  readonly authorities: Pick<KeyAuthorities, 'ask'>
  /** The term of a lease in milliseconds, 0 for no leases. */
  readonly termMs: number
  /** After so many milliseconds, a question has been answered or is lost. */
  readonly timeoutMs: number
  readonly clock: ClockGuard
  readonly metrics: Pick<IsolateMetrics, 'noteQuestion' | 'noteLease'>
  /** The use of a key that is to be reported. It counts as reported, even if the question fails. */
  readonly takeUse: (cached: CachedKey) => UseReport | null
  /** Notes after how many milliseconds the object can write what was reported; 0 if it has. */
  readonly noteReported: (cached: CachedKey, unwrittenMs: number) => void
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

export function createQuestions(deps: QuestionsDeps): Questions {
  const { authorities, termMs, timeoutMs, clock, nowMs } = deps
  let newest = 0

  /** A key that is used less than twice in a term gets no lease, which would only slow its changes. */
  function isUsedOften(cached: CachedKey, askedMs: number): boolean {
    return askedMs - cached.askedMs <= termMs
  }

  /** Whether a lease would have run out before it came. */
  function isFarAway({ sighting }: CachedKey): boolean {
    return sighting !== null && sighting.receivedMs - sighting.askedMs >= termMs
  }

  function observe(cached: CachedKey, askedMs: number, question: number, objectMs: number): void {
    const sighting = { question, newest, askedMs, receivedMs: nowMs(), objectMs }
    if (cached.sighting !== null) clock.compare(cached.sighting, sighting)
    if (cached.sighting === null || question > cached.sighting.question) cached.sighting = sighting
  }

  function noteAnswer({ says, leaseMs }: Answered, wanted: boolean, renews: boolean): void {
    const isNewer = says !== 'current' && says.kind !== 'unknown'
    deps.metrics.noteQuestion(says === 'current' ? says : isNewer ? 'newer' : 'unknown')
    if (!wanted) return
    deps.metrics.noteLease(leaseMs === 0 ? 'declined' : renews ? 'renewed' : 'granted')
  }

  async function ask(
    lookupId: string,
    cached: CachedKey,
    identity: RecordIdentity | null,
    mayLease: boolean,
    beside: AskBeside | null,
  ): Promise<Answer> {
    const question = ++newest
    const askedMs = nowMs()
    const wants = mayLease && isUsedOften(cached, askedMs) && !isFarAway(cached)
    const leaseMs = wants && clock.isTrusted(askedMs) ? termMs : 0
    const leaseEnds = leaseMs > 0 ? deps.wait(leaseMs) : null
    const renews = cached.believedUntilMs > askedMs
    const use = deps.takeUse(cached)
    countStart(cached, askedMs)
    try {
      const wanted = beside?.wanted(leaseMs, askedMs) ?? null
      const asked = { cached: identity, leaseMs, askedMs, use, wanted }
      const answered = await authorities.ask(lookupId, asked)
      noteAnswer(answered, leaseMs > 0, renews)
      if (answered.granted !== null) beside?.note(answered.granted, answered.leaseMs, askedMs)
      if (use !== null) deps.noteReported(cached, answered.unwrittenMs)
      if (answered.objectMs !== null) observe(cached, askedMs, question, answered.objectMs)
      return { ...answered, question, askedMs, leaseEnds }
    } catch (error) {
      deps.metrics.noteQuestion('failed')
      throw error
    } finally {
      cached.onTheirWay = Math.max(cached.onTheirWay - 1, 0)
    }
  }

  function countOnTheirWay(cached: CachedKey): number {
    // The runtime may have ended a request before its answer came. Then nobody counted it as answered.
    if (Math.abs(nowMs() - cached.askedMs) > timeoutMs) cached.onTheirWay = 0
    return cached.onTheirWay
  }

  function countStart(cached: CachedKey, askedMs: number): void {
    cached.onTheirWay = countOnTheirWay(cached) + 1
    cached.askedMs = askedMs
  }

  return {
    newest: () => newest,
    countOnTheirWay,
    ask(...question) {
      const answer = ask(...question)
      // If the client goes away, its request ends. Requests that wait for the answer must still get it.
      deps.later(answer.then(noop, noop))
      return answer
    },
  }
}

function noop(): void {}
