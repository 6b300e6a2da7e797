// Guessing a password. Each attempt is counted before anything is hashed: log-ins by the pair of e-mail
// and address, so that nobody can lock a customer out; confirmations by session, of which a thief has
// one. Ten attempts are free (a script may confirm several creates at once), then the wait doubles, to five
// minutes; a success starts anew. Guesses at one e-mail from many networks are counted by the hour as well,
// and slow only networks that did not log in to it lately.

import {
  type AttemptRules,
  clearAttempts,
  type Counter,
  countAttempt,
  deleteForgottenAttempts,
  deleteForgottenNetworks,
  recordLogIn,
} from '../db/attempt-queries.ts'
import type { Database } from '../db/client.ts'
import type { Address } from '../keys/address.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { err, ok, type Result } from '../result.ts'
import { canonicalEmail } from './email.ts'
import { keyedHashes } from './keyed-hash.ts'
import { networkOf, OWN_NETWORK, type Prefixes } from './network.ts'
import type { Refusal } from './refusal.ts'

export interface ThrottleDeps {
  readonly db: Database
  readonly sessionKeys: KeyRing
  readonly nowMs: () => number
}

const HOUR_MS = 60 * 60_000
const RULES: AttemptRules = { maxWaitMs: 5 * 60_000, forgetMs: HOUR_MS }
const FREE = 10
/** What is free in an hour at one e-mail, by family of the address: its networks, and all addresses together. */
const WIDER = {
  6: [
    { prefix: 56, free: 15 },
    { prefix: 48, free: 25 },
  ],
  4: [{ prefix: 24, free: 100 }],
} as const
const FREE_OF_ALL = 300
const KNOWN_MS = 30 * 24 * HOUR_MS
const MOST_NETWORKS = 100

export interface LogInAttempt {
  readonly email: string
  readonly address: Address | null
}

/** Lets a confirmation be tried, and answers what forgets it, to be called when it succeeds. */
export async function throttleConfirmation(
  sessionId: string,
  deps: ThrottleDeps,
): Promise<Result<() => Promise<void>, Refusal>> {
  const own = await counter(['confirmation', sessionId], FREE, deps.sessionKeys)
  const counted = await countAttempt(
    deps.db,
    { own, wider: [], networks: [], knownSinceMs: 0 },
    deps.nowMs(),
    RULES,
  )
  return counted.counted
    ? ok(() => clearAttempts(deps.db, own.bucket))
    : err(throttled(counted.waitMs))
}

/** Lets a log-in be tried, and answers what records it, to be called when it succeeds. */
export async function throttleLogIn(
  { email, address }: LogInAttempt,
  deps: ThrottleDeps,
): Promise<Result<(accountId: string) => Promise<void>, Refusal>> {
  const { db, sessionKeys } = deps
  const now = deps.nowMs()
  const key = canonicalEmail(email)
  const network = networkOf(address, OWN_NETWORK)
  const own = await counter(['log-in', key, network], FREE, sessionKeys)
  const wider = await widerCounters(key, address, now, sessionKeys)
  const networks =
    address === null
      ? []
      : await keyedHashes(JSON.stringify(['log-in network', key, network]), sessionKeys)
  const attempt = { own, wider, networks, knownSinceMs: now - KNOWN_MS }
  const counted = await countAttempt(db, attempt, now, RULES)
  if (!counted.counted) return err(throttled(counted.waitMs))
  const countedWider = wider.filter(({ bucket }) => counted.buckets.includes(bucket))
  return ok(async function record(accountId) {
    const [newest] = networks
    const known = newest === undefined ? null : { accountId, network: newest, lastAt: now }
    await recordLogIn(db, own, countedWider, known, MOST_NETWORKS)
  })
}

/** Removes what nothing depends on any more. */
export async function forgetAttempts({ db, nowMs }: ThrottleDeps): Promise<void> {
  await deleteForgottenAttempts(db, nowMs() - RULES.forgetMs)
  await deleteForgottenNetworks(db, nowMs() - KNOWN_MS)
}

function throttled(waitMs: number): Refusal {
  return { reason: 'throttled', retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }
}

/** The hour is a part of what is counted, so the next one begins anew. */
async function widerCounters(
  email: string,
  address: Address | null,
  nowMs: number,
  ring: KeyRing,
): Promise<Counter[]> {
  const hour = Math.floor(nowMs / HOUR_MS)
  const networks = address === null ? [] : WIDER[address.family]
  return await Promise.all([
    ...networks.map(({ prefix, free }) => {
      const prefixes: Prefixes = { 4: prefix, 6: prefix }
      return counter(['log-in hour', hour, email, networkOf(address, prefixes)], free, ring)
    }),
    counter(['log-in hour', hour, email], FREE_OF_ALL, ring),
  ])
}

/** Under the newest key alone: a rotation of the ring starts all counters anew. */
async function counter(
  parts: readonly (string | number)[],
  free: number,
  ring: KeyRing,
): Promise<Counter> {
  const [bucket = ''] = await keyedHashes(JSON.stringify(parts), ring)
  return { bucket, free }
}
