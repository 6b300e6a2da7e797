// A key's record in the cache of this isolate, and for how long it may be believed without asking the key's
// authority. There is one object per key, and answers of the authority change it in place. So requests that
// wait for an answer see it. Every member exists from the start, as in trace.ts.

import type { CompiledKey } from '../keys/access.ts'
import type { Allowance } from '../keys/allowance.ts'
import { byteSizeOfIpAcl } from '../keys/ip-acl.ts'
import type { IsolateCache } from '../stores/isolate-cache.ts'
import type { ClockGuard, Sighting } from './clock-guard.ts'
import type { UnreportedUse } from './unreported-use.ts'

/** Times are in milliseconds since 1970, by the clock of this isolate. */
export interface CachedKey {
  /** Null until the first answer. */
  record: CompiledKey | null
  /** The number of the question that `record` answers, see questions.ts. */
  question: number
  /** When that question was asked. */
  confirmedMs: number
  /** Until when the record is believed without a question: a lease, or a grace. Infinity if it is final. */
  believedUntilMs: number
  /** From when on a request renews the lease in the background. */
  renewFromMs: number
  /** Whether the record is believed only because its authority cannot be asked, see OUTAGE_GRACE_S. */
  isGrace: boolean
  /** When the last question about the key was asked. */
  askedMs: number
  /** How many questions are on their way. */
  onTheirWay: number
  /** The last answer that told the time of the object. */
  sighting: Sighting | null
  /** What is counted of the key, and not reported yet. Null until something was. */
  use: UnreportedUse | null
  /** What may be spent of the key's limits. Null until a limit was met with. */
  allowance: Allowance | null
}

export type KeyCache = IsolateCache<CachedKey>

/** A question that was answered. */
interface Asked {
  readonly question: number
  readonly askedMs: number
}

/** After so many milliseconds, a renewal that has not been answered counts as lost. */
export const RENEWAL_RETRY_MS = 250
/** The size of a record without its IP ACL, rounded up. */
export const RECORD_BYTES = 1_024

/** What this isolate has of a key; something empty if it has nothing yet. */
export function findCachedKey(cache: KeyCache, lookupId: string): CachedKey {
  const found = cache.get(lookupId)
  if (found !== undefined) return found
  const cached = newCachedKey()
  cache.set(lookupId, cached, RECORD_BYTES)
  return cached
}

export function newCachedKey(): CachedKey {
  return {
    record: null,
    question: 0,
    confirmedMs: -Infinity,
    believedUntilMs: -Infinity,
    renewFromMs: Infinity,
    isGrace: false,
    askedMs: -Infinity,
    onTheirWay: 0,
    sighting: null,
    use: null,
    allowance: null,
  }
}

/** Whether a cached record judges requests without a question. */
export function isBelieved(
  cached: CachedKey,
  nowMs: number,
  clock: Pick<ClockGuard, 'isTrusted'>,
): boolean {
  if (nowMs >= cached.believedUntilMs) return false
  return cached.believedUntilMs === Infinity || clock.isTrusted(nowMs)
}

/**
 * Puts the record of an answer into the cache. Another record is not believed yet. Null if a later question has
 * been answered since, or if the cache has a final tombstone.
 */
export function replaceRecord(
  cache: KeyCache,
  lookupId: string,
  record: CompiledKey,
  { question, askedMs }: Asked,
): CachedKey | null {
  const cached = findCachedKey(cache, lookupId)
  if (cached.question > question || isFinal(cached)) return null
  if (cached.record !== record || cached.isGrace) {
    cached.believedUntilMs = -Infinity
    cached.renewFromMs = Infinity
    cached.isGrace = false
  }
  cached.record = record
  cached.question = question
  cached.confirmedMs = askedMs
  cached.askedMs = Math.max(cached.askedMs, askedMs)
  cache.set(lookupId, cached, byteSizeOf(record))
  return cached
}

/** Believes a tombstone that the authority holds. An authority never drops one. */
export function believeForEver(cached: CachedKey): void {
  cached.believedUntilMs = Infinity
  cached.renewFromMs = Infinity
}

/** Believes a record without a question. Answers what ends that, unless it was prolonged meanwhile. */
export function believe(cached: CachedKey, untilMs: number, renewFromMs: number): () => void {
  cached.believedUntilMs = untilMs
  cached.renewFromMs = renewFromMs
  return () => {
    if (cached.believedUntilMs === untilMs) cached.believedUntilMs = -Infinity
  }
}

function isFinal({ record, believedUntilMs }: CachedKey): boolean {
  return record?.kind === 'tombstone' && believedUntilMs === Infinity
}

/** The bytes that a record takes in the cache. */
export function byteSizeOf(record: CompiledKey): number {
  return RECORD_BYTES + (record.kind === 'tombstone' ? 0 : byteSizeOfIpAcl(record.ipAcl))
}
