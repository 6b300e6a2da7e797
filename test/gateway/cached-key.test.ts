import { describe, expect, it } from 'vitest'
import { findCachedKey, RECORD_BYTES, replaceRecord } from '../../src/gateway/cached-key.ts'
import { compileKey } from '../../src/keys/access.ts'
import { toStored } from '../../src/keys/stored-record.ts'
import { createIsolateCache } from '../../src/stores/isolate-cache.ts'
import { GONE, KEY } from './samples.ts'

/** The networks of an IP ACL that takes eight bytes for each. */
const NETWORKS = Array.from({ length: 1_000 }, (_, i) => `10.${i >> 7}.${(i & 127) * 2}.0/24`)

/** How many of a hundred keys with this record a cache keeps. */
function countKept(record: typeof KEY | typeof GONE, bytes: number): number {
  const cache = createIsolateCache<ReturnType<typeof findCachedKey>>({ entries: 100, bytes })
  const names = Array.from({ length: 100 }, (_, i) => `key-${i}`)
  for (const [i, name] of names.entries()) {
    replaceRecord(cache, name, compileKey(toStored(record)), { question: i + 1, askedMs: 0 })
  }
  return names.filter((name) => cache.get(name) !== undefined).length
}

describe('the cache of keys', () => {
  it('has one object for each key, from the first question on', () => {
    const cache = createIsolateCache<ReturnType<typeof findCachedKey>>({ entries: 2, bytes: 1e6 })
    const cached = findCachedKey(cache, 'a')
    expect(cached.record).toBeNull()
    expect(findCachedKey(cache, 'a')).toBe(cached)
    expect(findCachedKey(cache, 'b')).not.toBe(cached)
    const record = compileKey(toStored(KEY))
    expect(replaceRecord(cache, 'a', record, { question: 1, askedMs: 0 })).toBe(cached)
    expect(cached.record).toBe(record)
  })

  it('says when it was last asked about a key, even if the key was evicted meanwhile', () => {
    const cache = createIsolateCache<ReturnType<typeof findCachedKey>>({ entries: 2, bytes: 1e6 })
    const record = compileKey(toStored(KEY))
    const cached = replaceRecord(cache, 'a', record, { question: 1, askedMs: 500 })
    expect(cached?.askedMs).toBe(500)
    findCachedKey(cache, 'a').askedMs = 900 // by a question that is on its way
    replaceRecord(cache, 'a', record, { question: 2, askedMs: 600 })
    expect(cached?.askedMs).toBe(900)
  })

  it.each([
    ['a tombstone', GONE, RECORD_BYTES],
    ['a key without an IP ACL', KEY, RECORD_BYTES],
    ['a key with an IP ACL', { ...KEY, ipAcl: NETWORKS }, RECORD_BYTES + 8 * NETWORKS.length],
    ['a key with IPv6', { ...KEY, ipAcl: ['2001:db8::/32'] }, RECORD_BYTES + 32],
  ])('is bounded by the size of its records: %s', (_, record, size) => {
    expect(countKept(record, 10 * size)).toBe(10)
    expect(countKept(record, 10 * size - 1)).toBe(9)
  })
})
