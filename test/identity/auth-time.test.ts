import { describe, expect, it } from 'vitest'
import { isAuthenticatedAnew } from '../../src/identity/auth-time.ts'

const ASKED = 1_800_000_000_000

/**
 * Who was asked, was away for `tookS`, and was authenticated `ageS` before the ID token was made. The provider's
 * clock is ahead of ours by `skewS`, and `iat` is earlier by `backS` than when the token was made.
 */
function anew(ageS: number, tookS: number, { skewS = 0, backS = 0 } = {}): boolean {
  const madeAt = ASKED / 1_000 + tookS + skewS
  const gotAt = ASKED + tookS * 1_000
  const times = { issuedAt: madeAt - backS, authTime: madeAt - ageS }
  return isAuthenticatedAnew({ ...times, askedAt: ASKED, gotAt })
}

const AGES = [
  [0, 0, true],
  [1, 0, true],
  [2, 0, true],
  [3, 0, false],
  [60, 60, true],
  [62, 60, true],
  [63, 60, false],
  [302, 300, true],
  [303, 300, false],
  [86_400, 60, false],
  [-2, 0, true],
  [-3, 0, false],
  [Number.NaN, 0, false],
] as const

describe('isAuthenticatedAnew()', () => {
  it.each(AGES)('after an age of %d s and a way of %d s is %s', (age, took, is) => {
    expect(anew(age, took)).toBe(is)
  })

  it.each(AGES.filter(([age]) => age >= 0))(
    'after an age of %d s and a way of %d s is %s if clocks are apart',
    (age, took, is) => {
      for (const skewS of [3_600, 30, -30, -59]) expect(anew(age, took, { skewS })).toBe(is)
    },
  )

  it.each(AGES)(
    'after an age of %d s and a way of %d s is %s if iat is dated back',
    (age, took, is) => {
      expect(anew(age, took, { backS: 300 })).toBe(is)
    },
  )

  it('takes no authentication of before for a new one, however iat is dated back', () => {
    for (const backS of [0, 61, 120, 299, 300, 301, 900]) {
      for (const tookS of [0, 10, 200, 599]) {
        for (const beforeS of [3, 60, 120, 290, 300, 305, 600]) {
          const made = `${backS} s back, ${tookS} s on the way, ${beforeS} s before`
          expect(anew(tookS + beforeS, tookS, { backS }), made).toBe(false)
        }
      }
    }
  })
})
