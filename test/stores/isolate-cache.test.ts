import { describe, expect, it } from 'vitest'
import { compileKey } from '../../src/keys/access.ts'
import { toStored } from '../../src/keys/stored-record.ts'
import type { KeyRecord, LiveKeyRecord } from '../../src/keys/key-record.ts'
import {
  createIsolateCache,
  type IsolateCacheLimits,
  RECORD_BYTES,
} from '../../src/stores/isolate-cache.ts'

const LIVE: LiveKeyRecord = {
  kind: 'live',
  revision: 3,
  keyId: 'key_1',
  accountId: 'acc_1',
  accountStatus: 'active',
  ipAcl: [],
  ipAclMode: 'enforce',
}
const GONE: KeyRecord = { kind: 'tombstone', revision: 2, keyId: 'key_1' }

function cacheOf(limits: Partial<IsolateCacheLimits> = {}) {
  const clock = { now: 0 }
  const all = { entries: 3, bytes: 1_000_000, ttlMs: 1_000, ...limits }
  const cache = createIsolateCache(all, () => clock.now)
  return {
    clock,
    cache,
    set: (lookupId: string, record: KeyRecord = LIVE) =>
      cache.set(lookupId, compileKey(toStored(record), Infinity)),
    held: (...lookupIds: string[]) => lookupIds.filter((id) => cache.get(id) !== undefined),
  }
}

describe('createIsolateCache()', () => {
  it('keeps a record for its time', () => {
    const { cache, clock, set } = cacheOf()
    set('a')
    clock.now = 999
    expect(cache.get('a')).toMatchObject({ keyId: 'key_1', revision: 3 })
    clock.now = 1_000
    expect(cache.get('a')).toBeUndefined()
  })

  it('keeps *gone* for ever', () => {
    const { cache, clock, set } = cacheOf()
    set('a', GONE)
    clock.now = 1e12
    expect(cache.get('a')?.kind).toBe('tombstone')
  })

  it('lets nothing older in, and nothing after *gone*', () => {
    const { cache, set } = cacheOf()
    set('a', { ...LIVE, revision: 4 })
    set('a', { ...LIVE, revision: 3 })
    expect(cache.get('a')?.revision).toBe(4)
    set('a', GONE)
    set('a', { ...LIVE, revision: 9 })
    expect(cache.get('a')?.kind).toBe('tombstone')
  })

  it('takes an older record where what it had has expired: it may be all there is', () => {
    const { cache, clock, set } = cacheOf()
    set('a', { ...LIVE, revision: 4 })
    clock.now = 1_000
    set('a', { ...LIVE, revision: 3 })
    expect(cache.get('a')?.revision).toBe(3)
  })

  it('is bounded in entries: what was longest unused goes', () => {
    const { held, set } = cacheOf({ entries: 3 })
    for (const id of ['a', 'b', 'c']) set(id)
    held('a')
    set('d')
    expect(held('a', 'b', 'c', 'd')).toEqual(['a', 'c', 'd'])
  })

  it('takes in what is new where all that it has is in use', () => {
    const { held, set } = cacheOf({ entries: 3 })
    for (const id of ['a', 'b', 'c']) set(id)
    held('a', 'b', 'c')
    set('d')
    expect(held('a', 'b', 'c', 'd')).toEqual(['b', 'c', 'd'])
  })

  it('is bounded in bytes', () => {
    const ipAcl = Array.from({ length: 1_000 }, (_, i) => `10.${i >> 7}.${(i & 127) * 2}.0/24`)
    const { held, set } = cacheOf({ entries: 100, bytes: 2 * (RECORD_BYTES + 1_000 * 8) })
    for (const id of ['a', 'b', 'c']) set(id, { ...LIVE, ipAcl })
    expect(held('a', 'b', 'c')).toEqual(['b', 'c'])
  })

  it('holds nothing that is larger than all of it', () => {
    const { held, set } = cacheOf({ bytes: 1 })
    set('a')
    expect(held('a')).toEqual([])
    set('a')
    expect(held('a')).toEqual([])
  })

  it('counts the bytes of what was replaced no more', () => {
    const { held, set } = cacheOf({ bytes: RECORD_BYTES * 2 })
    for (let revision = 1; revision < 10; revision++) set('a', { ...LIVE, revision })
    set('b')
    expect(held('a', 'b')).toEqual(['a', 'b'])
  })
})
