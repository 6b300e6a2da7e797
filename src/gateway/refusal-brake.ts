// A rate limit on the refused requests of a key. Without it, a leaked token that the IP ACL refuses could
// exhaust the key's authority. Only refused requests count, and no allowed request is stopped. Over the
// limit, requests that the cached record refuses share calls to the authority, at longer intervals.

import type { RequestId } from '../http/request-id.ts'
import type { CompiledKey } from '../keys/access.ts'
import type { LogFault } from '../log/fault.ts'
import type { Result } from '../shared/result.ts'
import { withTimeout } from '../shared/time-limit.ts'
import type { Unavailable } from './key-records.ts'
import { type AskAbout, createSharedQuestion, type Turns } from './shared-question.ts'

export type Newest = Result<CompiledKey, Unavailable>

export interface RefusalBrake {
  /** Counts a refused request. Answers false if the key has had too many of them. */
  readonly count: (lookupId: string, requestId: RequestId) => Promise<boolean>
  /** Answers the record that decides now, for a request over the limit. */
  readonly newest: AskAbout<Newest>
}

interface RefusalBrakeDeps extends Turns {
  /** Counts per Cloudflare location. If it fails, no request is over the limit. */
  readonly limiter: RateLimit
  /** Answers the record that decides now, within `newestMs` milliseconds. */
  readonly newest: AskAbout<Newest>
  readonly newestMs: number
  readonly onFault: LogFault
}

/** The window of the rate limit in seconds, as in wrangler.toml. */
export const BRAKE_SECONDS = 60

const COUNT_TIMEOUT_MS = 1_000
/** The next call starts when the last one is answered, at the latest `longest` milliseconds after it. */
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
