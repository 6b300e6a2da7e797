import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isVisible, unsafeCharacter, withoutUnsafe } from '../../src/shared/visible-text.ts'

const everyCharacter = fc.string({ unit: 'binary' })

describe('withoutUnsafe()', () => {
  it('leaves nothing that is unsafe, and all that is safe', () => {
    fc.assert(
      fc.property(everyCharacter, (text) => {
        const rest = withoutUnsafe(text)
        expect(unsafeCharacter(rest)).toBeNull()
        expect(unsafeCharacter(text) === null).toBe(rest === text)
        expect(isVisible(rest)).toBe(isVisible(text))
      }),
    )
  })
})

describe('unsafeCharacter()', () => {
  it('names each character of bidirectional control but three (Unicode, Bidi_Control)', () => {
    const controls = [0x61c, 0x200e, 0x200f, ...range(0x202a, 0x202e), ...range(0x2066, 0x2069)]
    const named = controls.filter((code) => unsafeCharacter(String.fromCodePoint(code)) !== null)
    expect(named).toEqual([...range(0x202a, 0x202e), ...range(0x2066, 0x2069)])
  })

  it('names C0, DEL, C1 and the separators of lines and paragraphs', () => {
    for (const code of [...range(0, 0x1f), ...range(0x7f, 0x9f), 0x2028, 0x2029]) {
      const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
      expect(unsafeCharacter(`a${String.fromCodePoint(code)}b`)).toBe(name)
    }
  })
})

describe('isVisible()', () => {
  it('is true of each character of ASCII that is printed, and of no other', () => {
    const visible = range(0, 0x7f).filter((code) => isVisible(String.fromCodePoint(code)))
    expect(visible).toEqual(range(0x21, 0x7e))
  })
})

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
