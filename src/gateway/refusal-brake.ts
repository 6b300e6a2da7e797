// The brake on refusals, per key: a leaked token that its IP ACL keeps out must not be able to exhaust
// its owner's authority. It counts refused requests only, and stops none that is allowed: while it
// holds, the requests of an isolate that a copy refuses share what the authority answers, one call at a
// time, and each is judged by an answer to a call that began after it had come.

import type { CompiledKey } from '../keys/access.ts'
import type { LogFault } from '../log.ts'
import type { RequestId } from '../request-id.ts'
import type { Result } from '../result.ts'
import { withTimeout } from '../time-limit.ts'
import type { Unavailable } from './key-copies.ts'

export type Newest = Result<CompiledKey, Unavailable>

export interface RefusalBrake {
  /** Counts a refused request; false where this key has had too many of them. */
  readonly count: (lookupId: string, requestId: RequestId) => Promise<boolean>
  /** What `ask` answers, here or for another request; null where too many wait for that already. */
  readonly share: (lookupId: string, ask: () => Promise<Newest>) => Promise<Newest | null>
}

export interface RefusalBrakeDeps {
  /** Counts per Cloudflare location; one that fails brakes nothing. */
  readonly limiter: RateLimit
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly onFault: LogFault
}

/** The window of the rate limit, as in wrangler.toml. */
export const BRAKE_SECONDS = 60

const COUNT_TIMEOUT_MS = 1_000
const POLL_MS = 25
/** Longer than the authority and libSQL may take together. */
const POLLS = 200
const WAITING_AT_ONCE = 200

interface Turn {
  /** Whether a call is under way. */
  asking: boolean
  /** The last answer, and the number of its call. */
  answered: { readonly call: number; readonly newest: Newest } | null
  waiting: number
}

export function createRefusalBrake(deps: RefusalBrakeDeps): RefusalBrake {
  const turns = new Map<string, Turn>()
  let calls = 0
  let waiting = 0

  async function askOrOverhear(turn: Turn, ask: () => Promise<Newest>): Promise<Newest> {
    const came = calls
    for (let polls = 0; polls < POLLS; polls++) {
      if (turn.answered !== null && turn.answered.call > came) return turn.answered.newest
      if (!turn.asking) return await askInTurn(turn, ask)
      await deps.wait(POLL_MS) // by a timer of its own: whom it waits for may end unanswered
    }
    return { ok: false, error: { reason: 'authentication_unavailable' } }
  }

  async function askInTurn(turn: Turn, ask: () => Promise<Newest>): Promise<Newest> {
    const call = ++calls
    turn.asking = true
    try {
      const newest = await ask()
      turn.answered = { call, newest }
      return newest
    } finally {
      turn.asking = false
    }
  }

  async function takeTurn(lookupId: string, turn: Turn, ask: () => Promise<Newest>) {
    waiting++
    turn.waiting++
    try {
      return await askOrOverhear(turn, ask)
    } finally {
      waiting--
      if (--turn.waiting === 0) turns.delete(lookupId)
    }
  }

  return {
    async count(lookupId, requestId) {
      try {
        const counted = deps.limiter.limit({ key: lookupId })
        const timeout = () => new Error('The rate limit did not answer in time')
        return (await withTimeout(counted, COUNT_TIMEOUT_MS, timeout)).success
      } catch (error) {
        deps.onFault('brake', error, requestId)
        return true
      }
    },

    async share(lookupId, ask) {
      const turn = turns.get(lookupId) ?? { asking: false, answered: null, waiting: 0 }
      if (turn.asking && waiting >= WAITING_AT_ONCE) return null
      turns.set(lookupId, turn)
      const shared = takeTurn(lookupId, turn, ask)
      // Behind the answer too: a client that goes away takes its request along, but must leave no place
      // taken, neither the one that asks nor one of those that wait.
      deps.later(shared.then(() => undefined))
      return await shared
    },
  }
}
