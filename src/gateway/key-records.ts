// The newest record of a key: from its authority, or from libSQL if the authority holds nothing. What the
// authority answered is kept in the cache of this isolate, with the lease that came with it.

import type { RequestId } from '../http/request-id.ts'
import { type CompiledKey, compileKey } from '../keys/access.ts'
import type { KeyRecord } from '../keys/key-record.ts'
import { type StoredRecord, toStored } from '../keys/stored-record.ts'
import type { FaultKind, LogFault } from '../log/fault.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { KeyAuthorities } from '../stores/key-authority/key-authority.ts'
import { AuthorityUnavailableError } from '../stores/object-call.ts'
import { byteSizeOf, type CachedKey, type KeyCache, newCachedKey } from './cached-key.ts'
import type { ClockGuard } from './clock-guard.ts'
import type { Answer, Questions } from './questions.ts'

export interface KeyRecordsDeps {
  readonly cache: KeyCache
  /** The record in KV, or null on a miss. Rejects if KV fails, which is not a miss. */
  readonly readKvRecord: (lookupId: string) => Promise<StoredRecord | null>
  /** The record in libSQL, or null if there is no such row. Rejects if libSQL fails. */
  readonly findDatabaseRecord: (lookupId: string) => Promise<KeyRecord | null>
  readonly questions: Questions
  readonly seed: KeyAuthorities['seed']
  readonly clock: ClockGuard
  /** After so many milliseconds, a question has been answered or is lost. */
  readonly timeoutMs: number
  /** How long a record is believed while its authority cannot be asked, see OUTAGE_GRACE_S. */
  readonly graceMs: number
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly onFault: LogFault
  readonly nowMs: () => number
}

/** The request for which a record is needed. */
export interface Asker {
  readonly requestId: RequestId | undefined
  /** Set if the record is believed only because its authority cannot be asked. */
  grace: true | undefined
}

export type Unavailable = { readonly reason: 'authentication_unavailable' }
export type Newest = Result<CompiledKey, Unavailable>

/**
 * How long a token that this gateway issued is refused without asking again if libSQL has no row for it.
 * Its key was deleted, but a database restored from a backup may get the row back.
 */
const NO_ROW_MS = 999
/** How long after a question has failed a request asks again. Meanwhile the record is believed in its grace. */
const GRACE_RENEWAL_MS = 500
/** How many questions of this isolate about one key may be on their way. Others wait for an answer to these. */
const MAX_ON_THEIR_WAY = 8
const POLL_MS = 5
const RENEWAL_RETRY_MS = 250

/** Whether a cached record judges requests without a question. */
export function isBelieved(
  cached: CachedKey,
  nowMs: number,
  { clock }: Pick<KeyRecordsDeps, 'clock'>,
): boolean {
  if (nowMs >= cached.believedUntilMs) return false
  return cached.isGrace || cached.believedUntilMs === Infinity || clock.isTrusted(nowMs)
}

/** The record in KV, of any age. Null if KV has none or fails: a failure is logged. */
export async function readKvRecord(
  lookupId: string,
  requestId: RequestId,
  deps: KeyRecordsDeps,
): Promise<CompiledKey | null> {
  try {
    const stored = await deps.readKvRecord(lookupId)
    return stored === null ? null : compileKey(stored)
  } catch (error) {
    deps.onFault('kv_read', error, requestId)
    return null
  }
}

/**
 * The record that judges a request. `cached`: what this isolate has of the key. `came`: the number of the newest
 * question when the request came. If enough questions about the key are on their way, the request waits for
 * an answer to a question that was asked after it came, or for a lease.
 */
export async function newestRecord(
  lookupId: string,
  cached: CachedKey,
  came: number,
  asker: Asker,
  deps: KeyRecordsDeps,
): Promise<Newest> {
  const isFull = () => deps.questions.countOnTheirWay(cached) >= MAX_ON_THEIR_WAY
  for (let waited = 0; isFull(); waited += POLL_MS) {
    if (waited >= deps.timeoutMs) {
      const error = new AuthorityUnavailableError('timeout')
      return fail('authority', error, true, cached, asker, deps)
    }
    await deps.wait(POLL_MS)
    if (cached.question > came || isBelieved(cached, deps.nowMs(), deps)) {
      if (cached.isGrace) asker.grace = true
      return ok(cached.record)
    }
  }
  return await askNewest(lookupId, cached, asker, deps)
}

/** As `newestRecord`, with a question of its own. `cached`: null if there is no record. */
export async function askNewest(
  lookupId: string,
  cached: CachedKey | null,
  asker: Asker,
  deps: KeyRecordsDeps,
  mayLease = true,
): Promise<Newest> {
  const record = cached?.record
  let asked: FaultKind = 'authority'
  let isOutage = true
  try {
    const answer = await deps.questions.ask(lookupId, cached, mayLease)
    isOutage = false
    const { says } = answer
    if (says === 'current' && record !== undefined) return keep(lookupId, record, answer, deps)
    if (says !== 'current' && says.kind !== 'unknown') {
      return keep(lookupId, compileKey(says), answer, deps)
    }
    const word = says === 'current' ? undefined : says.word
    asked = 'libsql'
    const row = await deps.findDatabaseRecord(lookupId)
    if (row === null) return keepAbsence(lookupId, answer, deps)
    asked = 'authority'
    const held = await deps.seed(lookupId, row, word)
    const newest = held.kind === 'unreadable' ? toStored(row) : held
    return keep(lookupId, compileKey(newest), answer, deps)
  } catch (error) {
    return fail(asked, error, isOutage, cached, asker, deps)
  }
}

/** Renews the lease of a cached record in the background. */
export function renewLease(
  lookupId: string,
  cached: CachedKey,
  requestId: RequestId,
  deps: KeyRecordsDeps,
): void {
  cached.renewFromMs = deps.nowMs() + RENEWAL_RETRY_MS // this renewal may be lost
  const renewed = askNewest(lookupId, cached, { requestId, grace: undefined }, deps)
  deps.later(renewed.then(() => undefined))
}

/** Keeps the record of an answer, unless a later question has been answered since. */
function keep(lookupId: string, record: CompiledKey, answer: Answer, deps: KeyRecordsDeps): Newest {
  const { askedMs, leaseMs, leaseEnds } = answer
  const cached = replaceRecord(lookupId, record, answer, deps)
  if (cached === null) return ok(record)
  if (record.kind === 'tombstone') {
    cached.believedUntilMs = Infinity // an authority never drops a tombstone
    cached.renewFromMs = Infinity
  } else if (leaseMs > 0 && leaseEnds !== null) {
    believe(cached, askedMs + leaseMs, askedMs + leaseMs / 2, leaseEnds, deps)
  }
  return ok(record)
}

/** Keeps that there is no row, and so no key. Then such requests never reach the upstream. */
function keepAbsence(lookupId: string, answer: Answer, deps: KeyRecordsDeps): Newest {
  const absent: CompiledKey = { kind: 'tombstone', revision: 0, keyId: '', tag: '' }
  const cached = replaceRecord(lookupId, absent, answer, deps)
  if (cached !== null)
    believe(cached, deps.nowMs() + NO_ROW_MS, Infinity, deps.wait(NO_ROW_MS), deps)
  return ok(absent)
}

/**
 * Believes a record without a question. `ends`: resolves by a timer after the same time, because timers run on
 * while the clock stands still or is set back.
 */
function believe(
  cached: CachedKey,
  untilMs: number,
  renewFromMs: number,
  ends: Promise<void>,
  { later }: KeyRecordsDeps,
): void {
  cached.believedUntilMs = untilMs
  cached.renewFromMs = renewFromMs
  const end = () => {
    if (cached.believedUntilMs === untilMs) cached.believedUntilMs = -Infinity
  }
  later(ends.then(end))
}

/** Puts the record of an answer into the cache. Null if the cache has one that is newer or final. */
function replaceRecord(
  lookupId: string,
  record: CompiledKey,
  { question, askedMs }: Answer,
  { cache }: KeyRecordsDeps,
): CachedKey | null {
  const found = cache.get(lookupId)
  if (found !== undefined && (found.question > question || isFinal(found))) return null
  const cached = found ?? newCachedKey(record)
  if (cached.record !== record || cached.isGrace) {
    cached.believedUntilMs = -Infinity
    cached.renewFromMs = Infinity
    cached.isGrace = false
  }
  cached.record = record
  cached.question = question
  cached.confirmedMs = askedMs
  if (found === undefined) cached.askedMs = askedMs
  cache.set(lookupId, cached, byteSizeOf(record))
  return cached
}

function isFinal({ record, believedUntilMs }: CachedKey): boolean {
  return record.kind === 'tombstone' && believedUntilMs === Infinity
}

/**
 * Refuses the request, unless the cached record may be believed all the same. `isOutage`: whether the authority
 * did not answer.
 */
function fail(
  fault: FaultKind,
  error: unknown,
  isOutage: boolean,
  cached: CachedKey | null,
  asker: Asker,
  deps: KeyRecordsDeps,
): Newest {
  deps.onFault(fault, error, asker.requestId)
  if (cached === null) return err({ reason: 'authentication_unavailable' })
  if (isOutage) believeInGrace(cached, deps)
  else if (cached.isGrace) cached.believedUntilMs = -Infinity
  if (!isBelieved(cached, deps.nowMs(), deps)) return err({ reason: 'authentication_unavailable' })
  if (cached.isGrace) asker.grace = true
  return ok(cached.record)
}

/** Believes a record for so long that the next question can fail too, unless a lease runs. */
function believeInGrace(cached: CachedKey, deps: KeyRecordsDeps): void {
  const { graceMs, timeoutMs } = deps
  const nowMs = deps.nowMs()
  const graceEndsMs = cached.confirmedMs + graceMs
  // A clock that was set back does not say how long ago the record was confirmed.
  if (graceMs === 0 || nowMs < cached.confirmedMs || nowMs >= graceEndsMs) return
  if (!cached.isGrace && isBelieved(cached, nowMs, deps)) return
  cached.isGrace = true
  const untilMs = Math.min(graceEndsMs, nowMs + 2 * GRACE_RENEWAL_MS + timeoutMs)
  believe(cached, untilMs, nowMs + GRACE_RENEWAL_MS, deps.wait(untilMs - nowMs), deps)
}
