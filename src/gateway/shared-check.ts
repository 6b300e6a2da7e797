// Requests of one isolate that hold the same copy of a key share their questions to its authority, which
// no isolate asks more often than once in a few milliseconds. Who comes sooner waits for the next
// question and its answer together with all who come meanwhile: so each is judged by an answer to a
// question that was asked after it had come. A key with less traffic than that waits for nobody.
//
// A promise of one request is awaited by others here, which the runtime lets them do for as long as that
// request lives (the compatibility flag handle_cross_request_promise_resolution, on by date): so the one
// that asks for others is kept alive, and they can do without it.

import type { CompiledKey } from '../keys/access.ts'
import { AuthorityUnavailableError, type Standing } from '../stores/key-authority.ts'
import { withTimeout } from '../time-limit.ts'

/** What is known of a copy; null where there is none at hand. */
export type CheckCopy = (lookupId: string, copy: CompiledKey | null) => Promise<Standing>

export interface SharedCheckDeps {
  /** Rejects with AuthorityUnavailableError, and takes no longer than `timeoutMs`. */
  readonly check: (lookupId: string, revision: number | null) => Promise<Standing>
  readonly timeoutMs: number
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

/**
 * From one question to the next: an eighth of what the last answer took, or of the time for which there
 * was none, so that an authority is asked the less often the busier it is.
 */
const SPACING_MS = { least: 1, longest: 100, divisor: 8 }

/** The questions about one copy. */
interface Questions {
  lastMs: number
  /** What the last answer took. */
  answerMs: number
  /** When the first was asked of those that came after the last answer. */
  silentSinceMs: number | null
  next: NextQuestion | null
}

/** One that is not asked yet. */
interface NextQuestion {
  readonly dueMs: number
  readonly answer: Promise<Standing>
}

export function createSharedCheck(deps: SharedCheckDeps): CheckCopy {
  const asked = new WeakMap<CompiledKey, Questions>()

  async function ask(lookupId: string, copy: CompiledKey, questions: Questions) {
    const askedMs = deps.nowMs()
    questions.lastMs = askedMs
    questions.silentSinceMs ??= askedMs
    const standing = await deps.check(lookupId, copy.revision)
    questions.answerMs = deps.nowMs() - askedMs
    questions.silentSinceMs = null
    return standing
  }

  function askNext(lookupId: string, copy: CompiledKey, questions: Questions, inMs: number) {
    const answer = deps.wait(inMs).then(() => {
      // Who comes from here on needs a later one.
      if (questions.next?.answer === answer) questions.next = null
      return ask(lookupId, copy, questions)
    })
    questions.next = { dueMs: deps.nowMs() + inMs, answer }
    // A client that goes away takes its request along, but must leave an answer to those who wait with it.
    deps.later(answer.then(noop, noop))
    return answer
  }

  async function overhear(
    lookupId: string,
    copy: CompiledKey,
    next: NextQuestion,
    questions: Questions,
  ) {
    const timeout = () => new AuthorityUnavailableError('timeout')
    try {
      return await withTimeout(next.answer, SPACING_MS.longest + deps.timeoutMs, timeout)
    } catch (error) {
      if (error instanceof AuthorityUnavailableError) throw error
      // The runtime's word that the request which was to ask has ended.
      if (questions.next === next) questions.next = null
      return await checkCopy(lookupId, copy)
    }
  }

  function checkCopy(lookupId: string, copy: CompiledKey | null): Promise<Standing> {
    if (copy === null) return deps.check(lookupId, null)
    const nowMs = deps.nowMs()
    let questions = asked.get(copy)
    if (questions === undefined) {
      questions = { lastMs: -Infinity, answerMs: 0, silentSinceMs: null, next: null }
      asked.set(copy, questions)
    }
    const { next, lastMs } = questions
    // One that is long overdue, or of another time, will never be asked.
    if (next !== null && Math.abs(nowMs - next.dueMs) <= SPACING_MS.longest) {
      return overhear(lookupId, copy, next, questions)
    }
    const inMs = lastMs + spacingOf(questions, nowMs) - nowMs
    const isDue = inMs <= 0 || lastMs > nowMs // a clock may be set back
    return isDue
      ? ask(lookupId, copy, questions)
      : askNext(lookupId, copy, questions, Math.ceil(inMs))
  }

  return checkCopy
}

function spacingOf({ answerMs, silentSinceMs }: Questions, nowMs: number): number {
  const silentMs = silentSinceMs === null ? 0 : nowMs - silentSinceMs
  const spacingMs = Math.max(answerMs, silentMs) / SPACING_MS.divisor
  return Math.min(Math.max(spacingMs, SPACING_MS.least), SPACING_MS.longest)
}

function noop(): void {}
