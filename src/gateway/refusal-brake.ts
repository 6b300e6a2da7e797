// The brake on refusals, per key: a leaked token that its IP ACL keeps out must not be able to exhaust
// its owner's authority. It counts refused requests only. While it holds, an isolate asks the authority
// about one refused request of a key at a time: so an ACL that was loosened is seen by whoever comes
// next, and a flood costs no more than one call at once.

import type { LogFault } from '../log.ts'
import type { RequestId } from '../request-id.ts'
import { withTimeout } from '../time-limit.ts'

export interface RefusalBrake {
  /** Counts a refused request; false where this key has had too many of them. */
  readonly count: (lookupId: string, requestId: RequestId) => Promise<boolean>
  /** Runs `ask` where no other request of this key is at it; null where one is. */
  readonly alone: <T>(lookupId: string, ask: () => Promise<T>) => Promise<T | null>
}

/** The window of the rate limit, as in wrangler.toml. */
export const BRAKE_SECONDS = 60

const COUNT_TIMEOUT_MS = 1_000
/** A request that is gone, with its isolate's other work, leaves its place to the next. */
const GIVEN_UP_MS = 5_000

/** `limiter` counts per Cloudflare location; one that fails brakes nothing. */
export function createRefusalBrake(
  limiter: RateLimit,
  onFault: LogFault,
  nowMs: () => number,
): RefusalBrake {
  const askingSinceMs = new Map<string, number>()

  return {
    async count(lookupId, requestId) {
      try {
        const counted = limiter.limit({ key: lookupId })
        const timeout = () => new Error('The rate limit did not answer in time')
        return (await withTimeout(counted, COUNT_TIMEOUT_MS, timeout)).success
      } catch (error) {
        onFault('brake', error, requestId)
        return true
      }
    },

    async alone(lookupId, ask) {
      const now = nowMs()
      if (now - (askingSinceMs.get(lookupId) ?? -Infinity) < GIVEN_UP_MS) return null
      askingSinceMs.set(lookupId, now)
      try {
        return await ask()
      } finally {
        askingSinceMs.delete(lookupId)
      }
    },
  }
}
