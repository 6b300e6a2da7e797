import { describe, expect, it } from 'vitest'
import { toPage } from '../../src/admin/page.ts'

describe('toPage()', () => {
  const rows = ['c', 'b', 'a'].map((id) => ({ id }))

  it.each([
    [0, 2, 0, null],
    [1, 2, 1, null],
    [2, 2, 2, null],
    [3, 2, 2, 'b'],
  ])('%d rows at %d a page: %d and the cursor %s', (count, limit, items, nextCursor) => {
    const page = toPage(rows.slice(0, count), limit)
    expect(page).toEqual({ items: rows.slice(0, items), nextCursor })
  })

  it.each([
    ['all fit', [400_000, 600_000], 2, null],
    ['the last is too much', [400_000, 400_000, 200_001], 2, 'b'],
    ['the second is too much', [600_000, 600_000], 1, 'a'],
    ['the first alone is too much', [2_000_000, 1], 1, 'a'],
    ['the only one is too much', [2_000_000], 1, null],
    ['there are more rows than the page holds', [1, 1, 1, 1], 3, 'c'],
  ])('is bounded by bytes where %s', (_, sizes, items, nextCursor) => {
    const listed = sizes.map((pageBytes, i) => ({ id: 'abcd'.charAt(i), pageBytes }))
    expect(toPage(listed, 3)).toEqual({ items: listed.slice(0, items), nextCursor })
  })
})
