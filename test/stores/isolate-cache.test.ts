import { describe, expect, it } from 'vitest'
import { createIsolateCache, type IsolateCacheLimits } from '../../src/stores/isolate-cache.ts'

/** The entries are numbers, and each takes one byte. */
function cacheOf(limits: Partial<IsolateCacheLimits> = {}) {
  const cache = createIsolateCache<number>({ entries: 3, bytes: 1_000, ...limits })
  return {
    cache,
    set: (name: string, bytes = 1) => cache.set(name, bytes, bytes),
    held: (...names: string[]) => names.filter((name) => cache.get(name) !== undefined),
  }
}

describe('createIsolateCache()', () => {
  it('caches the value that was set last under a name', () => {
    const { cache } = cacheOf()
    expect(cache.get('a')).toBeUndefined()
    cache.set('a', 7, 1)
    cache.set('b', 8, 1)
    cache.set('a', 9, 1)
    expect([cache.get('a'), cache.get('b')]).toEqual([9, 8])
  })

  it('is bounded in entries, and evicts what was not used for the longest time', () => {
    const { held, set } = cacheOf({ entries: 3 })
    for (const name of ['a', 'b', 'c']) set(name)
    held('a')
    set('d')
    expect(held('a', 'b', 'c', 'd')).toEqual(['a', 'c', 'd'])
  })

  it('takes in what is new if all that it has is in use', () => {
    const { held, set } = cacheOf({ entries: 3 })
    for (const name of ['a', 'b', 'c']) set(name)
    held('a', 'b', 'c')
    set('d')
    expect(held('a', 'b', 'c', 'd')).toEqual(['b', 'c', 'd'])
  })

  it('is bounded in bytes', () => {
    const { held, set } = cacheOf({ entries: 100, bytes: 20 })
    for (const name of ['a', 'b', 'c']) set(name, 10)
    expect(held('a', 'b', 'c')).toEqual(['b', 'c'])
    set('d', 11)
    expect(held('b', 'c', 'd')).toEqual(['d'])
  })

  it('keeps nothing that is larger than all of it, and nothing older in its place', () => {
    const { held, set } = cacheOf({ bytes: 10 })
    set('a', 10)
    set('a', 11)
    expect(held('a')).toEqual([])
    set('b', 10)
    expect(held('b')).toEqual(['b'])
  })

  it('no longer counts the bytes of what was replaced or evicted', () => {
    const { held, set } = cacheOf({ entries: 2, bytes: 20 })
    for (let i = 0; i < 10; i++) set('a', 10)
    set('b', 10)
    expect(held('a', 'b')).toEqual(['a', 'b'])
    for (const name of ['c', 'd', 'e', 'f']) set(name, 10)
    expect(held('e', 'f')).toEqual(['e', 'f'])
  })
})
