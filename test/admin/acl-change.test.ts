import { describe, expect, it } from 'vitest'
import { aclChange, withAclChange } from '../../src/admin/acl-change.ts'

describe('aclChange()', () => {
  it.each([
    ['an entry came', ['a'], ['a', 'b'], { added: ['b'], removed: [], more: 0 }],
    ['an entry went', ['a', 'b'], ['b'], { added: [], removed: ['a'], more: 0 }],
    ['one took the place of another', ['a'], ['b'], { added: ['b'], removed: ['a'], more: 0 }],
    ['all went', ['a', 'b'], [], { added: [], removed: ['a', 'b'], more: 0 }],
    ['only their order is another', ['a', 'b'], ['b', 'a'], { added: [], removed: [], more: 0 }],
    ['the key was created', null, ['a'], { added: ['a'], removed: [], more: 0 }],
    ['the key was created open to all', null, [], { added: [], removed: [], more: 0 }],
    ['the key was deleted', ['a'], null, { added: [], removed: ['a'], more: 0 }],
  ])('says that %s', (_, before, after, change) => {
    expect(aclChange(before, after)).toEqual(change)
  })

  it('keeps 50 entries of each kind, and counts the others', () => {
    const before = entries('a', 1_000)
    const after = [...before.slice(0, 10), ...entries('b', 990)]
    expect(aclChange(before, after)).toEqual({
      added: entries('b', 50),
      removed: before.slice(10, 60),
      more: 940 + 940,
    })
    expect(aclChange([], entries('a', 51))).toEqual({
      added: entries('a', 50),
      removed: [],
      more: 1,
    })
    expect(aclChange(entries('a', 50), [])).toMatchObject({ more: 0 })
  })
})

describe('withAclChange()', () => {
  it('reads what versions before this one wrote', () => {
    const changes = { platform: ['web', 'server'], ip_acl: [['a'], ['b']] } as const
    expect(withAclChange(changes)).toEqual({
      platform: ['web', 'server'],
      ip_acl: { added: ['b'], removed: ['a'], more: 0 },
    })
    expect(withAclChange({ ip_acl: [null, entries('a', 1_000)] })).toEqual({
      ip_acl: { added: entries('a', 50), removed: [], more: 950 },
    })
  })

  it('leaves all else as it is', () => {
    const changes = { ip_acl: { added: ['a'], removed: [], more: 7 }, name: [null, 'A'] } as const
    expect(withAclChange(changes)).toEqual(changes)
    expect(withAclChange({})).toEqual({})
  })
})

function entries(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name}${i}`)
}
