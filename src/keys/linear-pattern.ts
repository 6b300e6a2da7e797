// Checks that a regular expression takes a time that grows no faster than its input. Strangers choose what it is
// matched against, and a pattern that tries many ways would hold up the isolate. The check takes a part of the
// syntax in which there is never more than one way on: no lookaround, no back reference, no group that repeats a
// varying number of times, and after a repetition only what cannot belong to it.

import { PatternFault, readPattern, type Sequence } from './pattern-syntax.ts'

/** Null if the pattern is anchored and linear. Otherwise what is wrong; the sentence goes on after "it". */
export function findPatternFault(source: string): string | null {
  if (!source.startsWith('^') || !source.endsWith('$'))
    return 'does not begin with ^ and end with $'
  try {
    for (const sequence of readPattern(source.slice(1, -1))) requireOneWay(sequence)
    return null
  } catch (error) {
    if (error instanceof PatternFault) return error.message
    throw error
  }
}

/** Throws unless it is clear after each character of a match whether a repetition goes on. */
function requireOneWay(sequence: Sequence): void {
  for (const [index, { characters, min, max }] of sequence.entries()) {
    if (min === max) continue
    for (const next of sequence.slice(index + 1)) {
      if (next.max > 0 && (next.characters & characters) !== 0n) {
        throw new PatternFault('has a repetition of varying length before what it may hold itself')
      }
      if (next.min > 0) break
    }
  }
}
