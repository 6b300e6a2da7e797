import { describe, expect, it } from 'vitest'
import { isAuthenticatedAnew } from '../../src/identity/auth-time.ts'

const ASKED = 1_800_000_000_000

/** Who was asked, was away for `tookS`, and was authenticated `ageS` before the ID token was made. */
function anew(ageS: number, tookS: number, skewS = 0): boolean {
  const issuedAt = ASKED / 1_000 + tookS + skewS
  const gotAt = ASKED + tookS * 1_000
  return isAuthenticatedAnew({ issuedAt, authTime: issuedAt - ageS, askedAt: ASKED, gotAt })
}

describe('isAuthenticatedAnew()', () => {
  it.each([
    [0, 0, true],
    [1, 0, true],
    [2, 0, true],
    [3, 0, false],
    [60, 60, true],
    [62, 60, true],
    [63, 60, false],
    [86_400, 60, false],
    [-2, 0, true],
    [-3, 0, false],
    [Number.NaN, 0, false],
  ])(
    'after an age of %d s and a way of %d s is %s, however far clocks are apart',
    (age, took, is) => {
      for (const skew of [0, 3_600, -3_600]) expect(anew(age, took, skew)).toBe(is)
    },
  )
})
