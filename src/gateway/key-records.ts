// The newest record of a key: from its authority, or from libSQL if the authority holds nothing confirmed. What the
// authority answered is kept in the cache of this isolate, with the lease that came with it.

import type { RequestId } from '../http/request-id.ts'
import { type CompiledKey, compileKey } from '../keys/access.ts'
import type { FoundRecord } from '../keys/key-record.ts'
import { type StoredRecord, toStored } from '../keys/stored-record.ts'
import type { FaultKind, LogFault } from '../log/fault.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { KeyAuthorities } from '../stores/key-authority/key-authority.ts'
import { AuthorityUnavailableError } from '../stores/object-call.ts'
import {
  believe,
  believeForEver,
  type CachedKey,
  isBelieved,
  type KeyCache,
  RENEWAL_RETRY_MS,
  replaceRecord,
} from './cached-key.ts'
import type { ClockGuard } from './clock-guard.ts'
import { believeInGrace, endGrace, GRACE_MS, type GraceDeps } from './grace.ts'
import type { Answer, Questions } from './questions.ts'
import type { AskBeside, RequestLimits } from './request-limits.ts'
import { follow, type Speculation } from './speculation.ts'

export interface KeyRecordsDeps extends GraceDeps {
  readonly cache: KeyCache
  /** The record in KV, or null on a miss. Rejects if KV fails, which is not a miss. */
  readonly readKvRecord: (lookupId: string) => Promise<StoredRecord | null>
  /** The record in libSQL, or null if there is no such row. Rejects if libSQL fails. */
  readonly findDatabaseRecord: (lookupId: string) => Promise<FoundRecord | null>
  readonly questions: Questions
  readonly limits: Pick<RequestLimits, 'askBeside' | 'askAhead'>
  readonly seed: KeyAuthorities['seed']
  readonly clock: ClockGuard
  /** After so many milliseconds, a question has been answered or is lost. */
  readonly timeoutMs: number
  readonly onFault: LogFault
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
const NO_ROW_MS = 1_000
/**
 * How many questions of this isolate about one key may be on their way. An object serves about 1 000 a second,
 * and hundreds of isolates may ask at the same time. Other requests wait for an answer to these.
 */
const MAX_ON_THEIR_WAY = 3
const LEAST_POLL_MS = 5
/** The pause between two looks, as a part of the time waited so far. */
const POLL_PART = 0.25

/** The record in KV, of any age. Null if KV has none or fails: a failure is logged. */
export async function readKvRecord(
  lookupId: string,
  requestId: RequestId | undefined,
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
 * The record that judges a request. `came`: the number of the newest question when the request came. If enough
 * questions about the key are on their way, the request waits for an answer to a question that was asked
 * after it came, or for a lease.
 */
export async function newestRecord(
  lookupId: string,
  cached: CachedKey,
  came: number,
  asker: Asker,
  deps: KeyRecordsDeps,
  options: Omit<AskOptions, 'mayLease'> = {},
): Promise<Newest> {
  const startedMs = deps.nowMs()
  let waitedMs = 0
  while (deps.questions.countOnTheirWay(cached) >= MAX_ON_THEIR_WAY) {
    if (Math.max(waitedMs, deps.nowMs() - startedMs) >= deps.timeoutMs) {
      const error = new AuthorityUnavailableError('timeout')
      return fail('authority', error, came, cached, asker, deps)
    }
    const leftMs = deps.timeoutMs - waitedMs
    const pauseMs = Math.min(Math.max(LEAST_POLL_MS, waitedMs * POLL_PART), leftMs)
    await deps.wait(pauseMs)
    waitedMs += pauseMs
    if (cached.question > came || isBelieved(cached, deps.nowMs(), deps.clock)) {
      return judgeBy(cached, asker)
    }
  }
  return await askNewest(lookupId, cached, asker, deps, options)
}

interface AskOptions {
  /** Whether a lease is of use. */
  readonly mayLease?: boolean
  /** Called when a question is on its way without a record. */
  readonly readKv?: () => Promise<CompiledKey | null>
  /** An allowance that is asked for in the same call. */
  readonly beside?: AskBeside | null
  /** Set if the request may be sent on before the answer. */
  readonly speculation?: Speculation | null
}

/** As `newestRecord`, with a question of its own. */
export async function askNewest(
  lookupId: string,
  cached: CachedKey,
  asker: Asker,
  deps: KeyRecordsDeps,
  {
    mayLease = true,
    readKv = () => readKvRecord(lookupId, asker.requestId, deps),
    beside = null,
    speculation = null,
  }: AskOptions = {},
): Promise<Newest> {
  const { questions } = deps
  const { record } = cached
  let asked: FaultKind = 'authority'
  /** The question that failed. Null once the authority has answered. */
  let failed: number | null = null
  try {
    const asking = questions.ask(lookupId, cached, record, mayLease, beside)
    failed = questions.newest()
    if (speculation !== null) follow(speculation, asking)
    const inKv = record === null ? await readKv() : null
    let answer = await asking
    if (inKv !== null && isBehind(answer.says, inKv)) {
      answer = await questions.ask(lookupId, cached, inKv, false, null)
    }
    failed = null
    const { says } = answer
    if (says === 'current') return keep(lookupId, record ?? inKv, answer, deps)
    if (says.kind !== 'unknown') return keep(lookupId, compileKey(says), answer, deps)
    asked = 'libsql'
    const found = (await deps.findDatabaseRecord(lookupId)) ?? foundUnconfirmed(says.unconfirmed)
    if (found === null) return keepAbsence(lookupId, answer, deps)
    asked = 'authority'
    const { record: row, lineage } = found
    const held = await deps.seed(lookupId, row, says.word, lineage)
    const newest = held.kind === 'unreadable' ? toStored(row) : held
    return keep(lookupId, compileKey(newest), answer, deps)
  } catch (error) {
    return fail(asked, error, failed, cached, asker, deps)
  }
}

/** A database that was restored from a backup may have lost the row of a key that was changed. */
function foundUnconfirmed(record: StoredRecord | undefined): FoundRecord | null {
  return record === undefined ? null : { record, lineage: null }
}

/** Whether an authority holds an older record than KV. It has lost its storage, or KV was written by others. */
function isBehind(says: Answer['says'], inKv: CompiledKey): boolean {
  if (says === 'current' || says.kind !== 'live') return false
  return inKv.kind === 'tombstone' || says.revision < inKv.revision
}

/** Renews the lease of a cached record in the background. */
export function renewLease(
  lookupId: string,
  cached: CachedKey,
  requestId: RequestId,
  deps: KeyRecordsDeps,
): void {
  const nowMs = deps.nowMs()
  cached.renewFromMs = nowMs + RENEWAL_RETRY_MS // this renewal may be lost
  // A grace lasts until the question has been answered or is lost.
  if (cached.isGrace) believeInGrace(cached, nowMs + deps.timeoutMs, deps)
  const { record } = cached
  const limits = record?.kind === 'live' ? record.limits : null
  const isOwn = limits !== null && limits.windowsAt === null
  const beside = isOwn ? deps.limits.askBeside(cached, limits, false) : null
  if (limits !== null && !isOwn && !cached.isGrace) deps.limits.askAhead(cached, limits)
  const renewed = askNewest(lookupId, cached, { requestId, grace: undefined }, deps, { beside })
  deps.later(renewed.then(() => undefined))
}

/** Keeps the record of an answer, with the lease that came with it. */
function keep(
  lookupId: string,
  record: CompiledKey | null,
  answer: Answer,
  deps: KeyRecordsDeps,
): Newest {
  if (record === null)
    throw new TypeError('An authority called current what it was not asked about')
  const { askedMs, leaseMs, leaseEnds } = answer
  const cached = replaceRecord(deps.cache, lookupId, record, answer)
  if (cached === null) return ok(record)
  if (record.kind === 'tombstone') believeForEver(cached)
  else if (leaseMs > 0 && leaseEnds !== null) {
    // A timer ends the lease too, because timers run on while the clock stands still or is set back.
    const end = believe(cached, askedMs + leaseMs, askedMs + leaseMs / 2)
    deps.later(leaseEnds.then(end))
  }
  return ok(record)
}

/** Keeps that there is no row, and so no key. Then such requests never reach the upstream. */
function keepAbsence(lookupId: string, answer: Answer, deps: KeyRecordsDeps): Newest {
  const absent: CompiledKey = {
    kind: 'tombstone',
    revision: 0,
    keyId: '',
    replacedAtMs: null,
    tag: '',
  }
  const cached = replaceRecord(deps.cache, lookupId, absent, answer)
  if (cached !== null) {
    const end = believe(cached, deps.nowMs() + NO_ROW_MS, Infinity)
    deps.later(deps.wait(NO_ROW_MS).then(end))
  }
  return ok(absent)
}

/**
 * Refuses the request, unless the cached record may judge it all the same. `failed`: the number of the question
 * that the authority did not answer, null if it did answer.
 */
function fail(
  fault: FaultKind,
  error: unknown,
  failed: number | null,
  cached: CachedKey,
  asker: Asker,
  deps: KeyRecordsDeps,
): Newest {
  deps.onFault(fault, error, asker.requestId)
  if (failed !== null && cached.question > failed) return judgeBy(cached, asker)
  const nowMs = deps.nowMs()
  if (failed === null) endGrace(cached)
  else if (cached.isGrace || !isBelieved(cached, nowMs, deps.clock)) {
    believeInGrace(cached, nowMs + GRACE_MS, deps)
  }
  return isBelieved(cached, nowMs, deps.clock)
    ? judgeBy(cached, asker)
    : err({ reason: 'authentication_unavailable' })
}

/** Judges a request by what is cached. */
function judgeBy({ record, isGrace }: CachedKey, asker: Asker): Newest {
  if (record === null) return err({ reason: 'authentication_unavailable' })
  if (isGrace) asker.grace = true
  return ok(record)
}
