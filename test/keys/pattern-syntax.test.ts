// What the reader of patterns takes a pattern for is what JavaScript takes it for: otherwise the check of patterns
// would be about another one.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findPatternFault } from '../../src/keys/linear-pattern.ts'
import { PatternFault, readPattern, type Sequence } from '../../src/keys/pattern-syntax.ts'

const ATOMS = String.raw`a b - _ 1 . [ab] [^a] [a-c] [_-] [-a] [b1^] [a-] / \d \w \. \- [\d-] \W [\x61-\x62] \x2d`
const atom = fc.constantFrom(...ATOMS.split(' '))
const count = fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{0}', '{1,}', '{1,2}', '{0,3}')
const { source } = fc.letrec<{ source: string; part: string }>((tie) => ({
  source: fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
  part: fc.oneof(
    { weight: 5, arbitrary: fc.tuple(atom, count).map((pair) => pair.join('')) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('(', '(?:'),
          fc.array(tie('source'), { minLength: 1, maxLength: 3 }),
          fc.constantFrom('', '?', '{2}'),
        )
        .map(([open, alternatives, after]) => `${open}${alternatives.join('|')})${after}`),
    },
  ),
}))
const text = fc
  .array(fc.constantFrom(...'ab-_1./^cZ'), { maxLength: 6 })
  .map((characters) => characters.join(''))

it('reads a pattern as JavaScript does', () => {
  fc.assert(
    fc.property(source, fc.array(text, { minLength: 5, maxLength: 20 }), (pattern, texts) => {
      const sequences = read(pattern)
      fc.pre(sequences !== null)
      const regular = new RegExp(`^(?:${pattern})$`)
      for (const given of texts) {
        const matched = sequences.some((sequence) => matches(sequence, given))
        expect(matched, `${pattern} on ${given}`).toBe(regular.test(given))
      }
    }),
    { numRuns: 3_000, seed: 7 },
  )
})

it('lets a pattern be slow on no text', () => {
  const long = ['a', 'ab', 'a1-', '_', 'ba'].map((piece) => `${piece.repeat(512 / piece.length)}!`)
  fc.assert(
    fc.property(source, (pattern) => {
      fc.pre(findPatternFault(`^${pattern}$`) === null)
      const regular = new RegExp(`^${pattern}$`)
      const startedMs = performance.now()
      for (const given of long) regular.test(given)
      expect(performance.now() - startedMs, pattern).toBeLessThan(250)
    }),
    { numRuns: 3_000, seed: 7 },
  )
})

function read(pattern: string): readonly Sequence[] | null {
  try {
    return readPattern(pattern)
  } catch (error) {
    if (error instanceof PatternFault) return null
    throw error
  }
}

/** Tries every way, so it needs no check. */
function matches([run, ...rest]: Sequence, given: string): boolean {
  if (run === undefined) return given === ''
  for (let length = 0; length <= Math.min(run.max, given.length); length++) {
    if (length > 0 && !isIn(given.charCodeAt(length - 1), run.characters)) return false
    if (length >= run.min && matches(rest, given.slice(length))) return true
  }
  return false
}

function isIn(code: number, characters: bigint): boolean {
  return ((characters >> BigInt(code)) & 1n) === 1n
}
