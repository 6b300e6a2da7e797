import { describe, expect, it } from 'vitest'
import { isInTime } from '../../src/identity/token-end.ts'

const NOW_S = 1_800_000_000

describe('isInTime()', () => {
  it.each([
    ['ends later', { exp: 300 }, true],
    ['ended within the tolerance', { exp: -29 }, true],
    ['ended before', { exp: -31 }, false],
    ['ended before, after the person was authenticated', { exp: -200, auth_time: -200 }, true],
    ['ended before, long after the authentication', { exp: -200, auth_time: -900 }, true],
    ['ended before the authentication', { exp: -60, auth_time: 0 }, false],
    ['has no number as auth_time', { exp: -60, auth_time: 'then' }, false],
    ['has no end', { auth_time: 0 }, false],
    ['begins within the tolerance', { exp: 300, nbf: 29 }, true],
    ['begins later', { exp: 300, nbf: 31 }, false],
    ['begins later, with the end of max_age', { exp: 60, nbf: 60, auth_time: 60 }, false],
  ])('judges a token that %s', (_, times, is) => {
    const claims = Object.fromEntries(
      Object.entries(times).map(([name, value]) => {
        return [name, typeof value === 'number' ? NOW_S + value : value]
      }),
    )
    expect(isInTime(claims, NOW_S * 1_000, 30)).toBe(is)
  })
})
