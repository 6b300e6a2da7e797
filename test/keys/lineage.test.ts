import { describe, expect, it } from 'vitest'
import { descendsFrom, newChangeId, parseLineage } from '../../src/keys/lineage.ts'

const lineage = { changeId: '7.c', ancestors: ['5.a', '6.b'], heldRevision: 5 }
const held = (revision: number, changeId?: string) => ({ revision, changeId })

describe('a record comes from what is held', () => {
  it.each([
    ['its own change', held(7, '7.c')],
    ['a change before it', held(5, '5.a')],
    ['what is older than the newest that is known to hold', held(4, '4.late')],
    ['what does not name its change', held(6)],
  ])('if that is %s', (_, one) => {
    expect(descendsFrom(lineage, one)).toBe(true)
  })

  it('unless that is a change that it does not know, whatever its number', () => {
    for (const revision of [5, 6, 7, 8]) {
      expect(descendsFrom(lineage, held(revision, `${revision}.lost`))).toBe(false)
    }
  })

  it('as far as numbers tell, if it does not say where it comes from', () => {
    expect(descendsFrom(null, held(6, '6.lost'))).toBe(true)
  })
})

describe('the lineage of a row', () => {
  it('is that of its newest change', () => {
    expect(parseLineage(['5.a', '6.b', '7.c'], 7, 5)).toEqual(lineage)
    expect(parseLineage([null, '2.a'], 2, 1)).toEqual({
      changeId: '2.a',
      ancestors: [],
      heldRevision: 1,
    })
  })

  it('is unknown before the first change, and after one of a version that knows no lineages', () => {
    expect(parseLineage([], 1, 1)).toBeNull()
    expect(parseLineage(['2.a'], 3, 2)).toBeNull()
    expect(parseLineage(['12.a'], 1, 1)).toBeNull()
  })

  it('can go on with a new id', () => {
    const id = newChangeId(8)
    expect(parseLineage(['7.c', id], 8, 7)).toMatchObject({ changeId: id, ancestors: ['7.c'] })
    expect(newChangeId(8)).not.toBe(id)
  })
})
