// The records that this isolate has met, compiled. Values only: a promise or a stream of one request
// must not be used by another (https://developers.cloudflare.com/workers/observability/errors/).
// Bounded in entries and bytes. Of the records that were not used since the last look at them, the oldest
// goes first (the clock algorithm): so a use is a flag, and reorders nothing.

import type { CompiledKey } from '../keys/access.ts'
import { byteSizeOfIpAcl } from '../keys/ip-acl.ts'

export interface IsolateCache {
  readonly get: (lookupId: string) => CompiledKey | undefined
  /** Keeps a record, unless what is there is newer and not `refuted`: known not to hold any more. */
  readonly set: (lookupId: string, record: CompiledKey, refuted?: CompiledKey) => void
}

export interface IsolateCacheLimits {
  readonly entries: number
  readonly bytes: number
  /** How long a record may be used without being read anew; a key that is gone for good may be for ever. */
  readonly ttlMs: number
}

/** The objects and texts of a record without its ACL, rounded up. */
export const RECORD_BYTES = 1_024

interface Entry {
  readonly record: CompiledKey
  readonly bytes: number
  readonly expiresAtMs: number
  used: boolean
}

export function createIsolateCache(limits: IsolateCacheLimits, nowMs: () => number): IsolateCache {
  // A Map keeps the order of insertion: what was used is put at the end again, so the first is the oldest.
  const entries = new Map<string, Entry>()
  let bytes = 0

  function remove(lookupId: string): void {
    bytes -= entries.get(lookupId)?.bytes ?? 0
    entries.delete(lookupId)
  }

  function makeRoomFor(more: number): void {
    for (const [oldest, entry] of entries) {
      if (entries.size < limits.entries && bytes + more <= limits.bytes) return
      if (entry.used) {
        entry.used = false
        entries.delete(oldest)
        entries.set(oldest, entry)
      } else {
        remove(oldest)
      }
    }
  }

  function live(lookupId: string): Entry | undefined {
    const entry = entries.get(lookupId)
    if (entry === undefined || nowMs() < entry.expiresAtMs) return entry
    remove(lookupId)
    return undefined
  }

  return {
    get(lookupId) {
      const entry = live(lookupId)
      if (entry === undefined) return undefined
      entry.used = true
      return entry.record
    },

    set(lookupId, record, refuted) {
      const before = live(lookupId)?.record
      if (before !== undefined && before !== refuted && isNewer(before, record)) return
      remove(lookupId)
      const expiresAtMs = isGoneForGood(record) ? Infinity : nowMs() + limits.ttlMs
      const entry = { record, bytes: byteSizeOf(record), expiresAtMs, used: false }
      if (entry.bytes > limits.bytes) return
      makeRoomFor(entry.bytes)
      entries.set(lookupId, entry)
      bytes += entry.bytes
    },
  }
}

function isNewer(a: CompiledKey, b: CompiledKey): boolean {
  if (isGoneForGood(a) || isGoneForGood(b)) return !isGoneForGood(b)
  return a.revision > b.revision
}

function isGoneForGood(record: CompiledKey): boolean {
  return record.kind === 'tombstone' && record.certainUntilMs === Infinity
}

function byteSizeOf(record: CompiledKey): number {
  return RECORD_BYTES + (record.kind === 'tombstone' ? 0 : byteSizeOfIpAcl(record.ipAcl))
}
