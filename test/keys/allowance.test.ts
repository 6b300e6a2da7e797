import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  adaptAllowance,
  addGranted,
  type Allowance,
  findMet,
  leftOf,
  newAllowance,
  spend,
} from '../../src/keys/allowance.ts'
import { beginWait, endWait, wantedOf } from '../../src/keys/wanted-allowance.ts'
import type { Policy } from '../../src/keys/rate-limit.ts'
import { grantRequests, type Window } from '../../src/keys/window.ts'

const NOW = 1_000_000
const POLICIES: readonly Policy[] = [{ name: 'key', requests: 10, perSeconds: 60 }]

/** An allowance with an answer that came after 20 ms. */
function granted(count: number, left: number, endsInMs = 60_000, usableMs = 1_000): Allowance {
  const allowance = newAllowance(POLICIES, NOW)
  answer(allowance, 1, count, { startMs: 5, left, endsInMs }, NOW, usableMs)
  return allowance
}

function answer(
  allowance: Allowance,
  question: number,
  count: number,
  window: { startMs: number | null; left: number; endsInMs: number },
  askedMs = NOW,
  usableMs = 1_000,
) {
  const times = { question, askedMs, nowMs: askedMs + 20, usableMs }
  addGranted(allowance, POLICIES, { granted: count, windows: [window] }, times)
}

const spendAll = (allowance: Allowance, nowMs: number) => {
  let count = 0
  while (spend(allowance, nowMs)) count++
  return count
}

describe('an allowance', () => {
  it('is spent once', () => {
    expect(spendAll(granted(3, 7), NOW + 20)).toBe(3)
  })

  it.each([
    ['its lease', 60_000, 1_000, 1_000],
    ['its window, in time for a clock that runs slowly', 390, 1_000, 300],
  ])('ends with %s, counted from before it was asked for', (_, endsInMs, usableMs, endMs) => {
    expect(spend(granted(3, 7, endsInMs, usableMs), NOW + endMs - 1)).toBe(true)
    expect(spend(granted(3, 7, endsInMs, usableMs), NOW + endMs)).toBe(false)
  })

  it('cannot be spent before it was asked for, by a clock that was set back', () => {
    expect(spend(granted(3, 7), NOW - 1)).toBe(false)
  })

  it('is prolonged by a later one of the same window, and replaced by one of the next', () => {
    const allowance = granted(3, 7)
    answer(allowance, 2, 2, { startMs: 5, left: 5, endsInMs: 59_000 }, NOW + 900)
    expect(allowance.left).toBe(5)
    expect(spend(allowance, NOW + 1_800)).toBe(true)
    answer(allowance, 3, 2, { startMs: 70_005, left: 8, endsInMs: 60_000 }, NOW + 1_800)
    expect(allowance.left).toBe(2)
  })

  it('drops what comes late from a window that has ended', () => {
    const allowance = granted(3, 7)
    answer(allowance, 3, 2, { startMs: 70_005, left: 8, endsInMs: 60_000 })
    answer(allowance, 2, 5, { startMs: 5, left: 2, endsInMs: 60_000 })
    expect(allowance.left).toBe(2)
  })

  it('is nothing for other limits', () => {
    const allowance = granted(3, 7)
    adaptAllowance(allowance, [{ name: 'key', requests: 10, perSeconds: 60 }])
    expect(allowance.left).toBe(3)
    adaptAllowance(allowance, [{ name: 'key', requests: 9, perSeconds: 60 }])
    expect(allowance.left).toBe(0)
    answer(allowance, 2, 5, { startMs: 5, left: 2, endsInMs: 60_000 })
    expect(allowance.left).toBe(0)
  })
})

describe('findMet()', () => {
  it('finds a limit met until its window ends, and tells by when it has', () => {
    const allowance = granted(0, 0, 300)
    const met = { violated: POLICIES, endedMs: NOW + 320 }
    expect(findMet(allowance, NOW + 299)).toEqual(met)
    expect(findMet(allowance, NOW + 300)).toBeNull()
    expect(findMet(allowance, NOW - 1)).toBeNull()
  })

  it('is null while something is left, here or at the authority', () => {
    expect(findMet(granted(1, 0), NOW + 20)).toBeNull()
    expect(findMet(granted(0, 1), NOW + 20)).toBeNull()
  })
})

describe('wantedOf()', () => {
  it('asks for the requests that wait, and for those expected in a lease', () => {
    const allowance = newAllowance(POLICIES, NOW)
    allowance.waiting = 3
    expect(wantedOf(allowance, true, 1_000, NOW)).toMatchObject({ waiting: 3, ahead: 0 })
    expect(wantedOf(allowance, true, 1_000, NOW)).toMatchObject({ waiting: 1, ahead: 0 })
    allowance.measured = 20
    expect(wantedOf(allowance, false, 1_000, NOW + 999)).toMatchObject({ waiting: 0, ahead: 0 })
    expect(wantedOf(allowance, false, 1_000, NOW + 1_000)).toMatchObject({ waiting: 0, ahead: 12 })
    expect(wantedOf(allowance, false, 0, NOW + 1_000)).toMatchObject({ ahead: 0 })
  })

  it('asks no more for requests that were answered without it', () => {
    const allowance = newAllowance(POLICIES, NOW)
    const [first = 0, second = 0, third = 0] = [1, 2, 3].map(() => beginWait(allowance))
    endWait(allowance, second)
    expect(wantedOf(allowance, true, 1_000, NOW)).toMatchObject({ waiting: 2 })
    endWait(allowance, first)
    const fourth = beginWait(allowance)
    endWait(allowance, third)
    expect(allowance.waiting).toBe(1)
    endWait(allowance, fourth)
    expect(wantedOf(allowance, true, 1_000, NOW)).toMatchObject({ waiting: 1 })
  })

  it('asks for as many again as have come where many have since the last measurement', () => {
    const allowance = newAllowance([{ name: 'key', requests: 1_000, perSeconds: 60 }], NOW)
    allowance.measured = 31
    expect(wantedOf(allowance, true, 1_000, NOW + 9)).toMatchObject({ waiting: 1, ahead: 0 })
    allowance.measured = 40
    expect(wantedOf(allowance, true, 1_000, NOW + 10)).toMatchObject({ ahead: 40 })
    expect(wantedOf(allowance, true, 0, NOW + 10)).toMatchObject({ ahead: 0 })
  })

  it('asks for less where something is left', () => {
    const allowance = granted(5, 5, 60_000, 5_000)
    allowance.measured = 20
    expect(wantedOf(allowance, false, 1_000, NOW + 1_000)).toMatchObject({ ahead: 7 })
  })

  it('asks one by one for the few requests of a location in little use', () => {
    const allowance = newAllowance(POLICIES, NOW)
    allowance.measured = 7
    expect(wantedOf(allowance, true, 1_000, NOW + 1_000)).toMatchObject({ waiting: 1, ahead: 0 })
  })
})

describe('leftOf()', () => {
  it('is what the authority has and what is left here', () => {
    const allowance = granted(3, 5)
    spend(allowance, NOW + 20)
    expect(leftOf(allowance, POLICIES, 0, NOW + 20)).toEqual({ left: 7, endsInMs: 60_000 })
  })

  it('is all of it without a window, after its end, and for other limits', () => {
    const unused = { left: 10, endsInMs: 60_000 }
    expect(leftOf(null, POLICIES, 0, NOW)).toEqual(unused)
    expect(leftOf(granted(3, 5), POLICIES, 0, NOW + 60_020)).toEqual(unused)
    const others: readonly Policy[] = [{ name: 'key', requests: 4, perSeconds: 1 }]
    expect(leftOf(granted(3, 5), others, 0, NOW)).toEqual({ left: 4, endsInMs: 1_000 })
  })
})

/** Locations whose clocks differ, and answers that travel for a while or are lost. */
const step = fc.record({
  location: fc.nat(2),
  passMs: fc.nat(700),
  waiting: fc.nat(5),
  measured: fc.nat(50),
  travelMs: fc.nat(1_500),
  isLost: fc.boolean(),
  spends: fc.nat(20),
})

it('lets no more through in a window than it has, at all locations together', () => {
  const limit = fc.record({
    requests: fc.integer({ min: 1, max: 30 }),
    perSeconds: fc.constantFrom(1, 10),
  })
  fc.assert(
    fc.property(limit, fc.array(step, { maxLength: 60 }), ({ requests, perSeconds }, steps) => {
      const policies: readonly Policy[] = [{ name: 'key', requests, perSeconds }]
      const skewMs = [0, 3_600_000, -7_000_000]
      const locations = skewMs.map((ms) => newAllowance(policies, NOW + ms))
      const answers: { atMs: number; arrive: () => void }[] = []
      let windows: readonly Window[] = []
      let nowMs = NOW
      /** What was let through, by the window in which it was. */
      const through = new Map<number, number>()
      const startOfWindow = () => {
        const window = windows[0]
        return window !== undefined && nowMs < window.startMs + perSeconds * 1_000
          ? window.startMs
          : null
      }
      for (const { location, passMs, waiting, measured, travelMs, isLost, spends } of steps) {
        nowMs += passMs
        for (const { arrive } of answers.filter(({ atMs }) => atMs <= nowMs)) arrive()
        answers.splice(0, Infinity, ...answers.filter(({ atMs }) => atMs > nowMs))
        const allowance = locations[location]
        const ownMs = nowMs + (skewMs[location] ?? 0)
        if (allowance === undefined) continue
        allowance.waiting += waiting
        allowance.measured += measured
        const wanted = wantedOf(allowance, waiting > 0, 1_000, ownMs)
        const question = ++allowance.questions
        const { after, ...grant } = grantRequests(windows, wanted, 1, nowMs)
        windows = after
        const arrivedMs = ownMs + travelMs
        const times = { question, askedMs: ownMs, nowMs: arrivedMs, usableMs: 1_000 }
        const arrive = () => addGranted(allowance, policies, grant, times)
        if (!isLost) answers.push({ atMs: nowMs + travelMs, arrive })
        for (let i = 0; i < spends && spend(allowance, ownMs); i++) {
          const start = startOfWindow()
          if (start === null) throw new Error('let through outside of any window')
          through.set(start, (through.get(start) ?? 0) + 1)
        }
      }
      for (const count of through.values()) expect(count).toBeLessThanOrEqual(requests)
    }),
    { numRuns: 300 },
  )
})
