// Workers KV as its documentation promises it and no better: one store, a cache at each location that
// also remembers what is missing, writes that are seen at once where they are made and elsewhere only
// after a while, and one write a second to a name. Pure: the time is a parameter.
// https://developers.cloudflare.com/kv/concepts/how-kv-works/

export interface KvModel {
  /** What a location reads, in its cache for `ttlMs` at most. */
  readonly get: (location: string, name: string, ttlMs: number, nowMs: number) => string | null
  /** Throws where the name was written less than a second ago. A null removes. */
  readonly put: (location: string, name: string, value: string | null, nowMs: number) => void
  /** Puts a value that was written long ago. */
  readonly seed: (name: string, value: string) => void
  /** How long writes take to be seen at a location, but for its own; holds for later writes. */
  readonly setPropagation: (location: string, ms: number) => void
  /** Names in the store itself, whatever the caches say. */
  readonly names: () => string[]
  readonly clear: () => void
}

interface Write {
  readonly value: string | null
  readonly at: number
  /** From when on each other location can see it; one that is not named sees it at once. */
  readonly seenFrom: ReadonlyMap<string, number>
}

interface Cached {
  readonly value: string | null
  readonly fetchedAt: number
}

const WRITE_EVERY_MS = 1_000

export function createKvModel(): KvModel {
  const writes = new Map<string, Write[]>()
  const caches = new Map<string, Map<string, Cached>>()
  const propagation = new Map<string, number>()

  function cacheOf(location: string): Map<string, Cached> {
    const cache = caches.get(location) ?? new Map<string, Cached>()
    caches.set(location, cache)
    return cache
  }

  return {
    get(location, name, ttlMs, nowMs) {
      const cache = cacheOf(location)
      const cached = cache.get(name)
      if (cached !== undefined && nowMs - cached.fetchedAt < ttlMs) return cached.value
      const value = (writes.get(name) ?? []).findLast((write) => isSeen(write, location, nowMs))
      cache.set(name, { value: value?.value ?? null, fetchedAt: nowMs })
      return value?.value ?? null
    },
    put(location, name, value, nowMs) {
      const earlier = writes.get(name) ?? []
      const last = earlier.at(-1)
      if (last !== undefined && nowMs - last.at < WRITE_EVERY_MS) {
        throw new Error('KV PUT failed: 429 Too Many Requests')
      }
      const seenFrom = new Map(
        [...propagation].map(([other, ms]) => [other, other === location ? nowMs : nowMs + ms]),
      )
      writes.set(name, [...earlier, { value, at: nowMs, seenFrom }])
      cacheOf(location).set(name, { value, fetchedAt: nowMs })
    },
    seed(name, value) {
      writes.set(name, [{ value, at: Number.NEGATIVE_INFINITY, seenFrom: new Map() }])
    },
    setPropagation(location, ms) {
      propagation.set(location, ms)
    },
    names: () =>
      [...writes].filter(([, list]) => list.at(-1)?.value !== null).map(([name]) => name),
    clear() {
      writes.clear()
      caches.clear()
    },
  }
}

function isSeen({ seenFrom }: Write, location: string, nowMs: number): boolean {
  return (seenFrom.get(location) ?? 0) <= nowMs
}
