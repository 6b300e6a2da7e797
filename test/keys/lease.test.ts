import { describe, expect, it } from 'vitest'
import { type Hold, remainingMs } from '../../src/keys/lease.ts'

/** The authority's clock and the caller's differ by a day. */
const DAY = 86_400_000
const HOLD: Hold = { atMs: 1_000, callerMs: DAY, lengthMs: 1_300 }

/** What is left after so much time by the authority's clock, and by the caller's. */
function left(elapsedMs: number, callerElapsedMs: number | null, hold = HOLD): number {
  const callerMs = callerElapsedMs === null ? null : DAY + callerElapsedMs
  return remainingMs(hold, hold.atMs + elapsedMs, callerMs)
}

describe('remainingMs()', () => {
  it.each([
    [0, 1_300],
    [1, 1_299],
    [1_299, 1],
    [1_300, 0],
    [1_000_000, 0],
  ])('counts from the beginning of the hold: after %i ms', (elapsed, expected) => {
    expect(left(elapsed, elapsed)).toBe(expected)
    expect(left(elapsed, null)).toBe(expected)
    expect(left(elapsed, elapsed, { ...HOLD, callerMs: null })).toBe(expected)
  })

  it.each([
    ['the authority', 1_000_000, 400],
    ['the caller', 400, 1_000_000],
  ])('counts the shorter time if a clock jumped ahead: %s', (_, elapsed, callerElapsed) => {
    expect(left(elapsed, callerElapsed)).toBe(900)
  })

  it.each([
    ['of the authority', -1_000_000, 400],
    ['of the caller', 400, -1_000_000],
    ['of both', -1, -1],
  ])('is never longer than the hold, though a clock was set back: %s', (_, elapsed, caller) => {
    expect(left(elapsed, caller)).toBe(HOLD.lengthMs)
  })

  it.each([
    ['now', HOLD, null],
    ['when the hold began', { ...HOLD, callerMs: null }, 0],
  ])('goes by the authority alone if no caller told the time %s', (_, hold, callerElapsed) => {
    expect(left(1_000_000, callerElapsed, hold)).toBe(0)
    expect(left(-1, callerElapsed, hold)).toBe(HOLD.lengthMs)
  })

  it('is nothing for a hold without length', () => {
    for (const elapsed of [-1, 0, 1])
      expect(left(elapsed, elapsed, { ...HOLD, lengthMs: 0 })).toBe(0)
  })
})
