// Guessing a password. Each attempt is counted before anything is hashed: log-ins by the pair of e-mail
// and address, so that nobody can lock a customer out; confirmations by session, of which a thief has
// one. Ten attempts are free (a script may confirm several creates at once), then the wait doubles, to five minutes; a success starts anew.

import {
  type AttemptRules,
  clearAttempts,
  countAttempt,
  deleteForgottenAttempts,
} from '../db/attempt-queries.ts'
import type { Database } from '../db/client.ts'
import { type Address, formatAddress } from '../keys/address.ts'
import { masked } from '../keys/cidr.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { err, ok, type Result } from '../result.ts'
import { keyedHashes } from './keyed-hash.ts'
import type { Refusal } from './refusal.ts'

export interface ThrottleDeps {
  readonly db: Database
  readonly sessionKeys: KeyRing
  readonly nowMs: () => number
}

const RULES: AttemptRules = {
  free: 10,
  maxWaitMs: 5 * 60_000,
  forgetMs: 60 * 60_000,
}
/** An IPv6 customer has a /64 at least, and every address in it. */
const IPV6_PREFIX = 64

/** What the attempts to count have in common. */
export type Subject =
  | { readonly kind: 'log-in'; readonly email: string; readonly address: Address | null }
  | { readonly kind: 'confirmation'; readonly sessionId: string }

/** Lets an attempt be made and answers what forgets it, to be called when it succeeds. */
export async function throttle(
  subject: Subject,
  deps: ThrottleDeps,
): Promise<Result<() => Promise<void>, Refusal>> {
  const bucket = await bucketOf(subject, deps.sessionKeys)
  const { counted, waitMs } = await countAttempt(deps.db, bucket, deps.nowMs(), RULES)
  return counted
    ? ok(() => clearAttempts(deps.db, bucket))
    : err({ reason: 'throttled', retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) })
}

/** Removes counters that nothing depends on any more. */
export async function forgetAttempts({ db, nowMs }: ThrottleDeps): Promise<void> {
  await deleteForgottenAttempts(db, nowMs() - RULES.forgetMs)
}

/** Under the newest key alone: a rotation of the ring starts all counters anew. */
async function bucketOf(subject: Subject, ring: KeyRing): Promise<string> {
  const parts =
    subject.kind === 'log-in'
      ? [subject.kind, subject.email.toLowerCase(), networkOf(subject.address)]
      : [subject.kind, subject.sessionId]
  const [bucket = ''] = await keyedHashes(JSON.stringify(parts), ring)
  return bucket
}

function networkOf(address: Address | null): string {
  if (address === null) return ''
  if (address.family === 4) return formatAddress(address)
  return formatAddress({ family: 6, words: masked(address.words, IPV6_PREFIX) })
}
