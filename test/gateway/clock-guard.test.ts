import { describe, expect, it } from 'vitest'
import { createClockGuard, type Sighting } from '../../src/gateway/clock-guard.ts'

const TERM = 1_000
const MINUTE = 60_000
const OBJECT_AHEAD = 86_400_000

/** An answer that was asked for at `askedMs`, came 100 ms later, and was given in the middle of that. */
function sighting(question: number, askedMs: number, more: Partial<Sighting> = {}): Sighting {
  return {
    question,
    newest: question,
    askedMs,
    receivedMs: askedMs + 100,
    objectMs: askedMs + 50 + OBJECT_AHEAD,
    ...more,
  }
}

function start(termMs = TERM) {
  const faults: [string, unknown][] = []
  const guard = createClockGuard(termMs, (fault, error) => void faults.push([fault, error]))
  return { ...guard, faults }
}

/** Whether leases are used after two answers, between which so much time went by here and in the object. */
function isTrustedAfter(hereMs: number, thereMs: number, termMs = TERM): boolean {
  const { compare, isTrusted, faults } = start(termMs)
  const objectMs = 50 + thereMs + OBJECT_AHEAD
  compare(sighting(1, 0), sighting(2, hereMs, { objectMs }))
  const trusted = isTrusted(hereMs + 100)
  expect(faults).toHaveLength(trusted ? 0 : 1)
  return trusted
}

describe('createClockGuard()', () => {
  it('trusts the clock until an answer speaks against it', () => {
    const { isTrusted } = start()
    for (const nowMs of [0, 1e12, 5]) expect(isTrusted(nowMs)).toBe(true)
  })

  it.each([0, 500, 10_000, 86_400_000])('trusts a clock that is right, after %i ms', (ms) => {
    expect(isTrustedAfter(ms, ms)).toBe(true)
  })

  it.each([
    ['the isolate', 1.1, 1],
    ['the object', 1, 1.1],
    ['both, against each other', 1.1, 0.9],
    ['both, the other way', 0.9, 1.1],
  ])('bears clocks that run 10 %% fast or slow: %s', (_, here, there) => {
    for (const ms of [500, 10_000, 3_600_000]) {
      expect(isTrustedAfter(ms * here, ms * there)).toBe(true)
    }
  })

  it.each([
    ['stands still', 0, 5_000],
    ['was set back', -5_000, 5_000],
    ['was set back by a day', -86_400_000, 500],
    ['jumped ahead', 10_000, 500],
    ['jumped ahead by a year', 3e10, 500],
    ['runs at half the rate', 5_000, 10_000],
    ['runs at twice the rate', 10_000, 5_000],
  ])('trusts no clock that %s', (_, hereMs, thereMs) => {
    expect(isTrustedAfter(hereMs, thereMs)).toBe(false)
  })

  it('trusts no object whose own clock was set', () => {
    expect(isTrustedAfter(500, -5_000)).toBe(false)
    expect(isTrustedAfter(500, 90_000)).toBe(false)
  })

  it('bears what a tenth of a term amounts to, with the way of both answers', () => {
    // Half of the time at either end may have been spent on the way.
    expect(isTrustedAfter(500, 500 + 100 + 50)).toBe(true)
    expect(isTrustedAfter(500, 500 - 100 - 50)).toBe(true)
    expect(isTrustedAfter(500, 0)).toBe(false)
    expect(isTrustedAfter(500, 5_000)).toBe(false)
  })

  it('allows for whole milliseconds with a short term', () => {
    for (const offMs of [-5, 5]) expect(isTrustedAfter(0, offMs, 1)).toBe(true)
  })

  it('compares nothing if there are no leases', () => {
    expect(isTrustedAfter(86_400_000, 0, 0)).toBe(true)
  })

  it('compares no answers that were on their way together', () => {
    const { compare, isTrusted, faults } = start()
    const earlier = sighting(1, 0, { newest: 2 })
    compare(earlier, sighting(2, 0, { objectMs: 0 }))
    expect(isTrusted(100)).toBe(true)
    compare(earlier, sighting(3, 0, { objectMs: 0 }))
    expect(isTrusted(100)).toBe(false)
    expect(faults).toHaveLength(1)
  })
})

describe('createClockGuard(), a clock that is not trusted', () => {
  function startDistrusted(askedMs = 10_000) {
    const guard = start()
    guard.compare(sighting(1, 0), sighting(2, askedMs, { objectMs: OBJECT_AHEAD }))
    return { ...guard, sinceMs: askedMs + 100 }
  }

  it('is trusted again after a minute', () => {
    const { isTrusted, sinceMs } = startDistrusted()
    expect(isTrusted(sinceMs)).toBe(false)
    expect(isTrusted(sinceMs + MINUTE - 1)).toBe(false)
    expect(isTrusted(sinceMs + MINUTE)).toBe(true)
    expect(isTrusted(sinceMs)).toBe(true)
  })

  it('begins its minute again with each answer against it, and is logged once', () => {
    const { compare, isTrusted, sinceMs, faults } = startDistrusted()
    compare(sighting(3, 20_000), sighting(4, 40_000, { objectMs: OBJECT_AHEAD }))
    expect(isTrusted(sinceMs + MINUTE)).toBe(false)
    expect(isTrusted(40_100 + MINUTE)).toBe(true)
    expect(faults).toMatchObject([['clock', { name: 'ClockError' }]])
    compare(sighting(5, 200_000), sighting(6, 300_000, { objectMs: OBJECT_AHEAD }))
    expect(faults).toHaveLength(2)
  })

  it('begins its minute again if it is set back, and is not without leases for a year', () => {
    const { isTrusted } = startDistrusted(3e10)
    expect(isTrusted(5_000)).toBe(false)
    expect(isTrusted(5_000 + MINUTE - 1)).toBe(false)
    expect(isTrusted(5_000 + MINUTE)).toBe(true)
  })
})
