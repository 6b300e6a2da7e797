// The brake on refusals, per key: a leaked token that its IP ACL keeps out must not be able to exhaust
// its owner's authority. It counts refused requests only, and stops none that is allowed: while it
// holds, the requests of an isolate that a copy refuses share what must be honoured now, which is asked
// for less often than for others.

import type { RequestId } from '../http/request-id.ts'
import type { CompiledKey } from '../keys/access.ts'
import type { LogFault } from '../log/fault.ts'
import type { Result } from '../shared/result.ts'
import { withTimeout } from '../shared/time-limit.ts'
import type { Unavailable } from './key-records.ts'
import { type AskAbout, createSharedQuestion, type Turns } from './shared-question.ts'

export type Newest = Result<CompiledKey, Unavailable>

export interface RefusalBrake {
  /** Counts a refused request; false where this key has had too many of them. */
  readonly count: (lookupId: string, requestId: RequestId) => Promise<boolean>
  /** What must be honoured now, for a request that is held. */
  readonly newest: AskAbout<Newest>
}

interface RefusalBrakeDeps extends Turns {
  /** Counts per Cloudflare location; one that fails brakes nothing. */
  readonly limiter: RateLimit
  /** What must be honoured now; takes no longer than `newestMs`. */
  readonly newest: AskAbout<Newest>
  readonly newestMs: number
  readonly onFault: LogFault
}

/** The window of the rate limit, as in wrangler.toml. */
export const BRAKE_SECONDS = 60

const COUNT_TIMEOUT_MS = 1_000
/** A question begins when the last one is answered, but never later than `longest` after it. */
const SPACING_MS = { least: 25, longest: 100, divisor: 1 }

export function createRefusalBrake(deps: RefusalBrakeDeps): RefusalBrake {
  const { newest, newestMs, ...turns } = deps
  const share = createSharedQuestion({
    ...turns,
    ask: newest,
    timeoutMs: newestMs,
    spacingMs: SPACING_MS,
  })
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

    async newest(subject) {
      try {
        return await share(subject)
      } catch (error) {
        deps.onFault('authority', error, subject.requestId)
        return { ok: false, error: { reason: 'authentication_unavailable' } }
      }
    },
  }
}
