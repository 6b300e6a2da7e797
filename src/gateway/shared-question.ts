// Requests of one isolate that hold the same copy of a key share their questions about it, such as to its
// authority, which no isolate asks more often than once in a few milliseconds. Who comes sooner waits for
// the next question and its answer together with all who come meanwhile: so each is judged by an answer to
// a question that was asked after it had come. A key with less traffic than that waits for nobody.
//
// A promise of one request is awaited by others here, which the runtime lets them do for as long as that
// request lives (the compatibility flag handle_cross_request_promise_resolution, on by date): so the one
// that asks for others is kept alive, and they can do without it.

import type { RequestId } from '../http/request-id.ts'
import type { CompiledKey } from '../keys/access.ts'
import { withTimeout } from '../shared/time-limit.ts'
import { AuthorityUnavailableError } from '../stores/object-call.ts'

/** What is asked about, by the request that asks. */
export interface Subject {
  readonly lookupId: string
  readonly copy: CompiledKey
  readonly requestId: RequestId
}

export type AskAbout<T> = (subject: Subject) => Promise<T>

/** How questions share what the runtime gives. */
export interface Turns {
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

/**
 * From one question to the next: a part of what the last answer took, or of the time for which there was
 * none, so that who answers is asked the less often the busier it is.
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

/** The questions about one copy. */
interface Questions<T> {
  lastMs: number
  /** What the last answer took. */
  answerMs: number
  /** When the first was asked of those that came after the last answer. */
  silentSinceMs: number | null
  next: NextQuestion<T> | null
}

/** One that is not asked yet. */
interface NextQuestion<T> {
  readonly dueMs: number
  readonly answer: Promise<T>
}

/** Rejects as `ask` does, and with AuthorityUnavailableError where the answer for all takes too long. */
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
      // Who comes from here on needs a later one.
      if (questions.next?.answer === answer) questions.next = null
      return ask(subject, questions)
    })
    questions.next = { dueMs: deps.nowMs() + inMs, answer }
    // A client that goes away takes its request along, but must leave an answer to those who wait with it.
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
      // The runtime's word that the request which was to ask has ended.
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
    // One that is long overdue, or of another time, will never be asked.
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
