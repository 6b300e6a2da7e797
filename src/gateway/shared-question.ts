// Requests of one isolate that hold the same cached record share calls about it, such as the call to its
// authority. An isolate starts such a call at most once in a few milliseconds. A request that arrives in
// between joins the next call. So no request is judged by a call that started before it arrived. A key with
// little traffic waits for no other request.
//
// A request may await the promise of another only while that other request lives (the compatibility flag
// handle_cross_request_promise_resolution, on by date). So the request that makes the call is kept alive,
// and the others ask for themselves if it ends all the same.

import type { RequestId } from '../http/request-id.ts'
import type { CompiledKey } from '../keys/access.ts'
import { withTimeout } from '../shared/time-limit.ts'
import { AuthorityUnavailableError } from '../stores/object-call.ts'

/** The cached record that a call is about, and the request that makes it. */
export interface Subject {
  readonly lookupId: string
  readonly copy: CompiledKey
  readonly requestId: RequestId
}

export type AskAbout<T> = (subject: Subject) => Promise<T>

/** The clock and the timers. */
export interface Turns {
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

/**
 * The pause between two calls, in milliseconds. It is `1 / divisor` of the time that the last call took, or
 * of the time since the first call without an answer. So a busy authority is asked less often.
 */
export interface Spacing {
  readonly least: number
  readonly longest: number
  readonly divisor: number
}

interface SharedQuestionDeps<T> extends Turns {
  /** Takes no longer than `timeoutMs`. */
  readonly ask: AskAbout<T>
  readonly timeoutMs: number
  readonly spacingMs: Spacing
}

/** The calls about one cached record. */
interface Questions<T> {
  lastMs: number
  /** How long the last call took. */
  answerMs: number
  /** When the first call after the last answer was made. */
  silentSinceMs: number | null
  next: NextQuestion<T> | null
}

/** A call that has not been made yet. */
interface NextQuestion<T> {
  readonly dueMs: number
  readonly answer: Promise<T>
}

/** Rejects as `ask` does, and with AuthorityUnavailableError if the shared answer takes too long. */
export function createSharedQuestion<T>(deps: SharedQuestionDeps<T>): AskAbout<T> {
  const { spacingMs } = deps
  const asked = new WeakMap<CompiledKey, Questions<T>>()

  async function ask(subject: Subject, questions: Questions<T>): Promise<T> {
    const askedMs = deps.nowMs()
    questions.lastMs = askedMs
    questions.silentSinceMs ??= askedMs
    const answer = await deps.ask(subject)
    questions.answerMs = deps.nowMs() - askedMs
    questions.silentSinceMs = null
    return answer
  }

  function askNext(subject: Subject, questions: Questions<T>, inMs: number): Promise<T> {
    const answer = deps.wait(inMs).then(() => {
      // A request that arrives from here on needs a later call.
      if (questions.next?.answer === answer) questions.next = null
      return ask(subject, questions)
    })
    questions.next = { dueMs: deps.nowMs() + inMs, answer }
    // If the client goes away, its request ends. The requests that wait with it must still get an answer.
    deps.later(answer.then(noop, noop))
    return answer
  }

  async function overhear(
    subject: Subject,
    next: NextQuestion<T>,
    questions: Questions<T>,
  ): Promise<T> {
    const timeout = () => new AuthorityUnavailableError('timeout')
    try {
      return await withTimeout(next.answer, spacingMs.longest + deps.timeoutMs, timeout)
    } catch (error) {
      if (error instanceof AuthorityUnavailableError) throw error
      // The runtime rejects the promise because the request that was to make the call has ended.
      if (questions.next === next) questions.next = null
      return await askShared(subject)
    }
  }

  function askShared(subject: Subject): Promise<T> {
    const nowMs = deps.nowMs()
    let questions = asked.get(subject.copy)
    if (questions === undefined) {
      questions = { lastMs: -Infinity, answerMs: 0, silentSinceMs: null, next: null }
      asked.set(subject.copy, questions)
    }
    const { next, lastMs } = questions
    // A call that is long overdue, or due at a time that a clock step left behind, is never made.
    if (next !== null && Math.abs(nowMs - next.dueMs) <= spacingMs.longest) {
      return overhear(subject, next, questions)
    }
    const inMs = lastMs + spacingOf(questions, nowMs) - nowMs
    const isDue = inMs <= 0 || lastMs > nowMs // a clock may be set back
    return isDue ? ask(subject, questions) : askNext(subject, questions, Math.ceil(inMs))
  }

  function spacingOf({ answerMs, silentSinceMs }: Questions<T>, nowMs: number): number {
    const silentMs = silentSinceMs === null ? 0 : nowMs - silentSinceMs
    const part = Math.max(answerMs, silentMs) / spacingMs.divisor
    return Math.min(Math.max(part, spacingMs.least), spacingMs.longest)
  }

  return askShared
}

function noop(): void {}
