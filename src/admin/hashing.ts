// Reserves a place in the queue of a password hasher, before anything is hashed. Chooses the hasher, and
// the client that its rate limit counts. Log-ins, confirmations and the operator have separate hashers, so
// that a flood of log-ins does not slow down customers who are logged in.

import { Buffer } from 'node:buffer'
import type { Address } from '../keys/address.ts'
import { type KeyRing, newestKey } from '../keys/key-ring.ts'
import type { LogFault } from '../log/fault.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { withTimeout } from '../shared/time-limit.ts'
import type { HashingPlace, PasswordHashers } from '../stores/password-hasher.ts'
import { networkOf, OWN_NETWORK } from '../keys/network.ts'
import type { Refusal } from './refusal.ts'

export interface HashingDeps {
  readonly hashers: PasswordHashers
  /** Cloudflare's rate limit: inexact and per location, checked before a hasher is asked. */
  readonly logInRate: RateLimit
  readonly sessionKeys: KeyRing
  readonly later: (promise: Promise<void>) => void
  readonly logFault: LogFault
}

/** What a hash is for. */
export type HashingPurpose =
  | { readonly kind: 'log-in'; readonly address: Address | null }
  | { readonly kind: 'confirmation'; readonly accountId: string }
  | { readonly kind: 'operator' }

const LOG_INS = { hashers: 8, perMinute: 20 }
const CONFIRMATIONS = { hashers: 4, perMinute: 120 }
/**
 * Prefix lengths by family. One such network uses a single hasher for log-ins, and not all places of that
 * one.
 */
const SHARED_NETWORK = { 4: 24, 6: 48 } as const
const RATE_TIMEOUT_MS = 1_000
export const RATE_WAIT_SECONDS = 10

/** The place was lost, because its hasher restarted or because this took too long. */
export const PLACE_LOST: Refusal = { reason: 'throttled', retryAfterSeconds: 2 }

/**
 * Takes a place in the queue of a hasher. Rejects with HasherUnavailableError if the hasher cannot be
 * asked.
 */
export async function takePlace(
  purpose: HashingPurpose,
  deps: HashingDeps,
): Promise<Result<HashingPlace, Refusal>> {
  const { name, client, perMinute, group } = await toAdmission(purpose, deps.sessionKeys)
  if (purpose.kind === 'log-in' && !(await isWithinRate(client, deps))) {
    return err({ reason: 'throttled', retryAfterSeconds: RATE_WAIT_SECONDS })
  }
  const admitted = await deps.hashers.admit(name, client, perMinute, group)
  return 'waitMs' in admitted
    ? err({ reason: 'throttled', retryAfterSeconds: Math.ceil(admitted.waitMs / 1000) })
    : ok(admitted)
}

/**
 * Runs `work` with a place from `takePlace`. If the work does not use the place, it is given up after the
 * answer.
 */
export async function withPlace<T>(
  purpose: HashingPurpose,
  deps: HashingDeps,
  work: (place: HashingPlace) => Promise<Result<T, Refusal>>,
): Promise<Result<T, Refusal>> {
  const place = await takePlace(purpose, deps)
  if (!place.ok) return place
  try {
    return await work(place.value)
  } finally {
    deps.later(place.value.leave().catch((error: unknown) => deps.logFault('hasher', error)))
  }
}

/** Hashes a password that the operator sets. */
export async function hashNewPassword(
  password: string,
  deps: HashingDeps,
): Promise<Result<string, Refusal>> {
  const place = await takePlace({ kind: 'operator' }, deps)
  if (!place.ok) return place
  const hash = await place.value.hash(password)
  return hash === null ? err(PLACE_LOST) : ok(hash)
}

async function toAdmission(purpose: HashingPurpose, ring: KeyRing) {
  switch (purpose.kind) {
    case 'log-in': {
      const { hashers, perMinute } = LOG_INS
      const [client, shared] = await Promise.all([
        digest(['log-in', networkOf(purpose.address, OWN_NETWORK)], ring),
        digest(['log-in hasher', networkOf(purpose.address, SHARED_NETWORK)], ring),
      ])
      const name = `log-in-${pickHasher(shared, hashers)}`
      return { name, client: toBase64url(client), perMinute, group: toBase64url(shared) }
    }
    case 'confirmation': {
      const { hashers, perMinute } = CONFIRMATIONS
      const bytes = await digest(['confirmation', purpose.accountId], ring)
      const [name, client] = [`confirmation-${pickHasher(bytes, hashers)}`, toBase64url(bytes)]
      return { name, client, perMinute, group: client }
    }
    case 'operator':
      return { name: 'operator', client: 'operator', perMinute: null, group: 'operator' }
  }
}

/** Whether a client's log-ins or leak reports pass. If the binding fails they do, and are counted exactly later. */
export async function isWithinRate(
  client: string,
  { logInRate, logFault }: Pick<HashingDeps, 'logInRate' | 'logFault'>,
): Promise<boolean> {
  try {
    return (await withTimeout(logInRate.limit({ key: client }), RATE_TIMEOUT_MS, toLate)).success
  } catch (error) {
    logFault('log_in_rate', error)
    return true
  }
}

function toLate(): Error {
  return Object.assign(new Error('The rate limit did not answer in time'), { reason: 'timeout' })
}

/** Keyed, so that nobody can find out which networks share a hasher. */
async function digest(parts: readonly string[], ring: KeyRing): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts))
  return new Uint8Array(await crypto.subtle.sign('HMAC', newestKey(ring), bytes))
}

function pickHasher(bytes: Uint8Array, many: number): number {
  return (bytes[0] ?? 0) % many
}

function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
