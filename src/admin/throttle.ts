// Rate limits for password attempts. Each attempt is counted before anything is hashed. Log-ins are counted
// by e-mail and network, so that nobody can lock a customer out; confirmations are counted by session. Ten
// attempts are free, since a script may confirm several creates at once. Then the wait doubles, up to five
// minutes; a success resets it. Attempts at one e-mail from many networks are also counted by the hour.
// Those counters slow only networks that did not log in with that e-mail lately.

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
import { err, ok, type Result } from '../shared/result.ts'
import { canonicalEmail } from './email.ts'
import { keyedHashes } from './keyed-hash.ts'
import { networkOf, OWN_NETWORK, type Prefixes } from '../keys/network.ts'
import type { Refusal } from './refusal.ts'

export interface ThrottleDeps {
  readonly db: Database
  readonly sessionKeys: KeyRing
  readonly nowMs: () => number
}

const HOUR_MS = 60 * 60_000
const RULES: AttemptRules = { maxWaitMs: 5 * 60_000, forgetMs: HOUR_MS }
const FREE = 10
/**
 * Free attempts at one e-mail per hour: by network, for each family of address, and from all addresses
 * together.
 */
const WIDER = {
  6: [
    { prefix: 56, free: 15 },
    { prefix: 48, free: 25 },
  ],
  4: [{ prefix: 24, free: 100 }],
} as const
const FREE_OF_ALL = 300
const FREE_CODES_OF_ALL = 20
const FREE_REJECTED_CODES = 20
const KNOWN_MS = 30 * 24 * HOUR_MS
const MAX_NETWORKS = 100

type Throttled = Extract<Refusal, { reason: 'throttled' }>

export interface LogInAttempt {
  readonly email: string
  readonly address: Address | null
}

/** Counts a confirmation. Answers a function that resets the counter, to be called on success. */
export async function throttleConfirmation(
  sessionId: string,
  deps: ThrottleDeps,
): Promise<Result<() => Promise<void>, Refusal>> {
  const own = await toCounter(['confirmation', sessionId], FREE, deps.sessionKeys)
  const counted = await countAttempt(
    deps.db,
    { own, wider: [], networks: [], knownSinceMs: 0 },
    deps.nowMs(),
    RULES,
  )
  return counted.counted
    ? ok(() => clearAttempts(deps.db, own.bucket))
    : err(toThrottled(counted.waitMs))
}

/** Counts a log-in. Answers a function that records its success. */
export async function throttleLogIn(
  { email, address }: LogInAttempt,
  deps: ThrottleDeps,
): Promise<Result<(userId: string) => Promise<void>, Refusal>> {
  const { db, sessionKeys } = deps
  const now = deps.nowMs()
  const key = canonicalEmail(email)
  const network = networkOf(address, OWN_NETWORK)
  const own = await toCounter(['log-in', key, network], FREE, sessionKeys)
  const wider = await widerCounters(key, address, now, sessionKeys)
  const networks = await networkHashes(key, address, sessionKeys)
  const attempt = { own, wider, networks, knownSinceMs: now - KNOWN_MS }
  const counted = await countAttempt(db, attempt, now, RULES)
  if (!counted.counted) return err(toThrottled(counted.waitMs))
  const countedWider = wider.filter(({ bucket }) => counted.buckets.includes(bucket))
  return ok(async function record(userId) {
    const [newest] = networks
    const known = newest === undefined ? null : { userId, network: newest, lastAt: now }
    await recordLogIn(db, own, countedWider, known, MAX_NETWORKS)
  })
}

/** Whose code of a second factor is tried, and from where. */
export interface CodeAttempt extends LogInAttempt {
  readonly userId: string
}

/**
 * Counts a code of a second factor. Only somebody who has the password gets here. Codes are counted by user and
 * network, and over all networks that did not log in with the e-mail lately, because a code has six digits only.
 * Answers a function to call on success.
 */
export async function throttleCode(
  { userId, email, address }: CodeAttempt,
  { db, sessionKeys, nowMs }: ThrottleDeps,
): Promise<Result<() => Promise<void>, Refusal>> {
  const now = nowMs()
  const network = networkOf(address, OWN_NETWORK)
  const [own, all, networks] = await Promise.all([
    toCounter(['code', userId, network], FREE, sessionKeys),
    toCounter(['code', userId], FREE_CODES_OF_ALL, sessionKeys),
    networkHashes(canonicalEmail(email), address, sessionKeys),
  ])
  const attempt = { own, wider: [all], networks, knownSinceMs: now - KNOWN_MS }
  const counted = await countAttempt(db, attempt, now, RULES)
  if (!counted.counted) return err(toThrottled(counted.waitMs))
  const wider = [all].filter(({ bucket }) => counted.buckets.includes(bucket))
  return ok(() => recordLogIn(db, own, wider, null, MAX_NETWORKS))
}

/**
 * Counts a code that the identity provider is to exchange. Anybody can begin a log-in and come back with an invented
 * code, and each one is a call with the client's secret. Such calls must not use up what the provider lets this client
 * do. Answers a function to call unless the provider did not know the code.
 */
export async function throttleExchange(
  address: Address | null,
  { db, sessionKeys, nowMs }: ThrottleDeps,
): Promise<Result<() => Promise<void>, Refusal>> {
  const parts = ['exchange', networkOf(address, OWN_NETWORK)]
  const own = await toCounter(parts, FREE_REJECTED_CODES, sessionKeys)
  const attempt = { own, wider: [], networks: [], knownSinceMs: 0 }
  const counted = await countAttempt(db, attempt, nowMs(), RULES)
  return counted.counted
    ? ok(() => clearAttempts(db, own.bucket))
    : err({ ...toThrottled(counted.waitMs), isAtProvider: true })
}

/** Removes counters and networks that no longer matter. */
export async function forgetAttempts({ db, nowMs }: ThrottleDeps): Promise<void> {
  await deleteForgottenAttempts(db, nowMs() - RULES.forgetMs)
  await deleteForgottenNetworks(db, nowMs() - KNOWN_MS)
}

/** The keyed hashes of an e-mail and the network of an address; none if the address cannot be read. */
async function networkHashes(
  email: string,
  address: Address | null,
  ring: KeyRing,
): Promise<string[]> {
  if (address === null) return []
  const network = networkOf(address, OWN_NETWORK)
  return await keyedHashes(JSON.stringify(['log-in network', email, network]), ring)
}

function toThrottled(waitMs: number): Throttled {
  return { reason: 'throttled', retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }
}

/** The hour is part of each counter's name, so the counters start anew every hour. */
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
      return toCounter(['log-in hour', hour, email, networkOf(address, prefixes)], free, ring)
    }),
    toCounter(['log-in hour', hour, email], FREE_OF_ALL, ring),
  ])
}

/** Named under the newest key only, so a rotation of the ring starts all counters anew. */
async function toCounter(
  parts: readonly (string | number)[],
  free: number,
  ring: KeyRing,
): Promise<Counter> {
  const [bucket = ''] = await keyedHashes(JSON.stringify(parts), ring)
  return { bucket, free }
}
