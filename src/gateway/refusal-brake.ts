// The brake on refusals, per key: a leaked token that its IP ACL keeps out must not be able to exhaust
// its owner's authority. It counts refused requests only, so it never stops one that is allowed; and
// while it holds, the authority is still asked once a second, so that an ACL that was loosened is seen.

import type { LogFault } from '../log.ts'
import type { RequestId } from '../request-id.ts'

export interface RefusalBrake {
  /** Counts a refused request; false where this key has had too many of them. */
  readonly count: (lookupId: string, requestId: RequestId) => Promise<boolean>
  /** Whether the authority may be asked about a refusal all the same. */
  readonly mayAskAgain: (lookupId: string) => boolean
}

/** The window of the rate limit, as in wrangler.toml. */
export const BRAKE_SECONDS = 60

const ASK_AGAIN_MS = 1_000
const KEYS_REMEMBERED = 10_000

/** `limiter` counts per Cloudflare location; one that fails brakes nothing. */
export function createRefusalBrake(
  limiter: RateLimit,
  onFault: LogFault,
  nowMs: () => number,
): RefusalBrake {
  const askedAtMs = new Map<string, number>()

  return {
    async count(lookupId, requestId) {
      try {
        return (await limiter.limit({ key: lookupId })).success
      } catch (error) {
        onFault('brake', error, requestId)
        return true
      }
    },

    mayAskAgain(lookupId) {
      const now = nowMs()
      if (now - (askedAtMs.get(lookupId) ?? -Infinity) < ASK_AGAIN_MS) return false
      if (askedAtMs.size >= KEYS_REMEMBERED) askedAtMs.clear()
      askedAtMs.set(lookupId, now)
      return true
    },
  }
}
