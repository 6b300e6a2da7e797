// The compiled key records that this isolate has cached. It holds values only, because a promise or a stream of
// one request must not be used by another (https://developers.cloudflare.com/workers/observability/errors/).
// It is bounded in entries and bytes. The clock algorithm evicts the oldest record that was not used since its
// last visit. So a use only sets a flag and reorders nothing.

import type { CompiledKey } from '../keys/access.ts'
import { byteSizeOfIpAcl } from '../keys/ip-acl.ts'

export interface IsolateCache {
  readonly get: (lookupId: string) => CompiledKey | undefined
  /** Caches a record, unless the one in the cache is newer. `outdated` is replaced even if it is newer. */
  readonly set: (lookupId: string, record: CompiledKey, outdated?: CompiledKey) => void
}

export interface IsolateCacheLimits {
  readonly entries: number
  readonly bytes: number
  /** How long a record may be used before it is read again. A final tombstone never expires. */
  readonly ttlMs: number
}

/** The size of a record without its IP ACL, rounded up. */
export const RECORD_BYTES = 1_024

interface Entry {
  readonly record: CompiledKey
  readonly bytes: number
  readonly expiresAtMs: number
  used: boolean
}

export function createIsolateCache(limits: IsolateCacheLimits, nowMs: () => number): IsolateCache {
  // A Map keeps insertion order. Used entries are inserted again at the end, so the first is the oldest.
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

    set(lookupId, record, outdated) {
      const before = live(lookupId)?.record
      if (before !== undefined && before !== outdated && isNewer(before, record)) return
      remove(lookupId)
      const expiresAtMs = isFinalTombstone(record) ? Infinity : nowMs() + limits.ttlMs
      const entry = { record, bytes: byteSizeOf(record), expiresAtMs, used: false }
      if (entry.bytes > limits.bytes) return
      makeRoomFor(entry.bytes)
      entries.set(lookupId, entry)
      bytes += entry.bytes
    },
  }
}

function isNewer(a: CompiledKey, b: CompiledKey): boolean {
  if (isFinalTombstone(a) || isFinalTombstone(b)) return !isFinalTombstone(b)
  return a.revision > b.revision
}

function isFinalTombstone(record: CompiledKey): boolean {
  return record.kind === 'tombstone' && record.certainUntilMs === Infinity
}

function byteSizeOf(record: CompiledKey): number {
  return RECORD_BYTES + (record.kind === 'tombstone' ? 0 : byteSizeOfIpAcl(record.ipAcl))
}
