import { beforeEach, describe, expect, it } from 'vitest'
import { createKvModel, type KvModel } from './sim/kv-model.ts'

const TTL = 30_000
let kv: KvModel

beforeEach(() => {
  kv = createKvModel()
  kv.setPropagation('ams', 60_000)
  kv.setPropagation('fra', 60_000)
  kv.setPropagation('sin', 90_000)
})

describe('createKvModel()', () => {
  it('shows a write at once where it was made, and elsewhere when it has got there', () => {
    kv.put('ams', 'key', 'a', 0)
    expect(kv.get('ams', 'key', TTL, 0)).toBe('a')
    expect(kv.get('fra', 'key', TTL, 59_999 - TTL)).toBeNull()
    expect(kv.get('fra', 'key', TTL, 60_000)).toBe('a')
    expect(kv.get('sin', 'key', TTL, 89_999)).toBeNull()
  })

  it('caches a value for as long as the reader takes it, and no longer', () => {
    kv.seed('key', 'a')
    expect(kv.get('fra', 'key', TTL, 0)).toBe('a')
    kv.put('ams', 'key', 'b', 0)
    expect(kv.get('fra', 'key', 120_000, 60_000)).toBe('a')
    expect(kv.get('fra', 'key', TTL, 60_000)).toBe('b')
  })

  it('caches that there is nothing', () => {
    expect(kv.get('fra', 'key', TTL, 40_000)).toBeNull()
    kv.put('ams', 'key', 'a', 0)
    expect(kv.get('fra', 'key', TTL, 69_999)).toBeNull()
    expect(kv.get('fra', 'key', TTL, 70_000)).toBe('a')
  })

  it('shows the newest of the writes that have arrived', () => {
    kv.put('ams', 'key', 'a', 0)
    kv.put('ams', 'key', 'b', 20_000)
    expect(kv.get('fra', 'key', TTL, 60_000)).toBe('a')
    expect(kv.get('fra', 'key', TTL, 90_000)).toBe('b')
  })

  it('takes one write a second to a name', () => {
    kv.put('ams', 'key', 'a', 0)
    kv.put('fra', 'other', 'a', 999)
    expect(() => kv.put('fra', 'key', 'b', 999)).toThrow('429')
    kv.put('fra', 'key', 'b', 1_000)
    expect(kv.get('fra', 'key', TTL, 1_000)).toBe('b')
  })

  it('removes as it writes', () => {
    kv.seed('key', 'a')
    expect(kv.get('fra', 'key', TTL, 0)).toBe('a')
    kv.put('ams', 'key', null, 0)
    expect(kv.get('fra', 'key', TTL, 30_000)).toBe('a')
    expect(kv.get('fra', 'key', TTL, 60_000)).toBeNull()
    expect(kv.names()).toEqual([])
  })

  it('can be emptied', () => {
    kv.seed('key', 'a')
    kv.get('fra', 'key', TTL, 0)
    kv.clear()
    expect(kv.get('fra', 'key', TTL, 0)).toBeNull()
  })
})
