// A key's record in the cache of this isolate, and for how long it may be believed without asking the key's
// authority. There is one object per key, and answers of the authority change it in place. So requests that
// wait for an answer see it. Every member exists from the start, as in trace.ts.

import type { CompiledKey } from '../keys/access.ts'
import { byteSizeOfIpAcl } from '../keys/ip-acl.ts'
import type { IsolateCache } from '../stores/isolate-cache.ts'
import type { Sighting } from './clock-guard.ts'

/** Times are in milliseconds since 1970, by the clock of this isolate. */
export interface CachedKey {
  record: CompiledKey
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
}

export type KeyCache = IsolateCache<CachedKey>

/** The size of a record without its IP ACL, rounded up. */
export const RECORD_BYTES = 1_024

/** A record that no question has confirmed yet. */
export function newCachedKey(record: CompiledKey): CachedKey {
  return {
    record,
    question: 0,
    confirmedMs: Number.NEGATIVE_INFINITY,
    believedUntilMs: Number.NEGATIVE_INFINITY,
    renewFromMs: Number.POSITIVE_INFINITY,
    isGrace: false,
    askedMs: Number.NEGATIVE_INFINITY,
    onTheirWay: 0,
    sighting: null,
  }
}

export function byteSizeOf(record: CompiledKey): number {
  return RECORD_BYTES + (record.kind === 'tombstone' ? 0 : byteSizeOfIpAcl(record.ipAcl))
}
