// Requests of one isolate that hold the same copy of a key share their questions to its authority, which
// no isolate asks more often than once in a few milliseconds. Who comes sooner waits for the next
// question and its answer together with all who come meanwhile: so each is judged by an answer to a
// question that was asked after it had come. A key with less traffic than that waits for nobody.

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
 * From one question to the next: an eighth of what the last answer took, so that a busy authority is
 * asked less often by itself; after one that failed, the longest.
 */
const SPACING_MS = { least: 2, longest: 100, divisor: 8 }

/** The questions about one copy. */
interface Questions {
  lastMs: number
  spacingMs: number
  /** The answer to one that is not asked yet. */
  next: Promise<Standing> | null
}

export function createSharedCheck(deps: SharedCheckDeps): CheckCopy {
  const asked = new WeakMap<CompiledKey, Questions>()

  async function ask(lookupId: string, copy: CompiledKey, questions: Questions) {
    const askedMs = deps.nowMs()
    questions.lastMs = askedMs
    questions.next = null // who comes from here on needs a later one
    try {
      const standing = await deps.check(lookupId, copy.revision)
      questions.spacingMs = spacingAfter(deps.nowMs() - askedMs)
      return standing
    } catch (error) {
      questions.spacingMs = SPACING_MS.longest
      throw error
    }
  }

  function askNext(lookupId: string, copy: CompiledKey, questions: Questions, inMs: number) {
    const next = deps.wait(inMs).then(() => ask(lookupId, copy, questions))
    questions.next = next
    // A promise of one request must not be awaited by another that outlives it: a client that goes away
    // takes its request along, but must leave an answer to those who wait with it.
    deps.later(next.then(noop, noop))
    return next
  }

  async function overhear(lookupId: string, copy: CompiledKey, next: Promise<Standing>) {
    const timeout = () => new AuthorityUnavailableError('timeout')
    try {
      return await withTimeout(next, SPACING_MS.longest + deps.timeoutMs, timeout)
    } catch (error) {
      if (error instanceof AuthorityUnavailableError) throw error
      // The runtime's word that the request which was to ask has ended.
      return await deps.check(lookupId, copy.revision)
    }
  }

  return function checkCopy(lookupId, copy) {
    if (copy === null) return deps.check(lookupId, null)
    let questions = asked.get(copy)
    if (questions === undefined) {
      questions = { lastMs: -Infinity, spacingMs: SPACING_MS.least, next: null }
      asked.set(copy, questions)
    }
    const ageMs = deps.nowMs() - questions.lastMs
    const isDue = ageMs >= questions.spacingMs || ageMs < 0 // a clock may be set back
    if (isDue) return ask(lookupId, copy, questions)
    return questions.next === null
      ? askNext(lookupId, copy, questions, Math.ceil(questions.spacingMs - ageMs))
      : overhear(lookupId, copy, questions.next)
  }
}

function spacingAfter(answerMs: number): number {
  return Math.min(Math.max(answerMs / SPACING_MS.divisor, SPACING_MS.least), SPACING_MS.longest)
}

function noop(): void {}
