import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isId, newId } from '../../src/shared/ids.ts'

const NOW = 1_800_000_000_000
const timeMs = fc.nat(2 ** 47)

describe('newId()', () => {
  it('names its kind, and is one of it', () => {
    for (const kind of ['acc', 'key', 'ses', 'evt'] as const) {
      expect(newId(kind, NOW)).toMatch(new RegExp(`^${kind}_[0-9a-f]{32}$`))
      expect(isId(kind, newId(kind, NOW))).toBe(true)
    }
  })

  it('sorts by age', () => {
    fc.assert(
      fc.property(timeMs, timeMs, (a, b) => {
        const [earlier, later] = [Math.min(a, b), Math.max(a, b)]
        if (earlier < later) expect(newId('key', earlier) < newId('key', later)).toBe(true)
      }),
    )
  })

  it('never makes two of one moment', () => {
    const ids = Array.from({ length: 1_000 }, () => newId('key', NOW))
    expect(new Set(ids).size).toBe(1_000)
  })
})

describe('isId()', () => {
  const id = newId('key', NOW)

  it.each([
    ['nothing', ''],
    ['the prefix alone', 'key_'],
    ['another kind', id.replace('key', 'acc')],
    ['no kind', id.slice(4)],
    ['a character less', id.slice(0, -1)],
    ['a character more', `${id}0`],
    ['capitals', id.toUpperCase()],
    ['a letter beyond f', `${id.slice(0, -1)}g`],
    ['a space before', ` ${id}`],
    ['a line feed behind', `${id}\n`],
    ['a full-width digit', `${id.slice(0, -1)}０`],
  ])('refuses %s', (_, text) => {
    expect(isId('key', text)).toBe(false)
  })
})
