// What this isolate has cached of keys. It holds values only, because a promise or a stream of one request must
// not be used by another (https://developers.cloudflare.com/workers/observability/errors/). It is bounded in
// entries and bytes. The clock algorithm evicts the oldest entry that was not used since its last visit. So a
// use only sets a flag and reorders nothing.

export interface IsolateCache<T> {
  readonly get: (name: string) => T | undefined
  /** Caches a value in place of the one before. `bytes`: how much of the limit it takes. */
  readonly set: (name: string, value: T, bytes: number) => void
}

export interface IsolateCacheLimits {
  readonly entries: number
  readonly bytes: number
}

interface Entry<T> {
  readonly value: T
  readonly bytes: number
  used: boolean
}

export function createIsolateCache<T>(limits: IsolateCacheLimits): IsolateCache<T> {
  // A Map keeps insertion order. Used entries are inserted again at the end, so the first is the oldest.
  const entries = new Map<string, Entry<T>>()
  let bytes = 0

  function remove(name: string): void {
    bytes -= entries.get(name)?.bytes ?? 0
    entries.delete(name)
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

  return {
    get(name) {
      const entry = entries.get(name)
      if (entry === undefined) return undefined
      entry.used = true
      return entry.value
    },

    set(name, value, size) {
      remove(name)
      if (size > limits.bytes) return
      makeRoomFor(size)
      entries.set(name, { value, bytes: size, used: false })
      bytes += size
    },
  }
}
