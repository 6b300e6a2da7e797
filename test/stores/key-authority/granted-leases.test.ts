import { describe, expect, it } from 'vitest'
import { DAY, HOLD, LONGEST_HOLD, NOW, startInstance, TERM } from './instance.ts'

describe('GrantedLeases, a grant', () => {
  it.each([
    [TERM, TERM],
    [1, 1],
    [5_000, 5_000],
    [5_001, 5_000],
    [Infinity, 5_000],
    [0, 0],
    [-1, 0],
    [Number.NaN, 0],
  ])('of %d ms is one of %d ms', (wanted, granted) => {
    const { leases } = startInstance()
    expect(leases.grant(wanted, NOW, DAY)).toBe(granted)
    leases.settle(NOW, DAY)
    expect(leases.settlesInMs(NOW, DAY)).toBe(granted * 1.3)
  })

  it('is none while a change settles, and one after that', () => {
    const { leases } = startInstance()
    leases.grant(TERM, NOW, DAY)
    leases.settle(NOW, DAY)
    expect(leases.grant(TERM, NOW, DAY)).toBe(0)
    expect(leases.grant(TERM, NOW + HOLD - 1, DAY)).toBe(0)
    expect(leases.grant(TERM, NOW + HOLD, DAY)).toBe(TERM)
  })
})

describe('GrantedLeases, a change', () => {
  it('settles at once if nothing was granted', () => {
    const { leases } = startInstance()
    expect(leases.settlesInMs(NOW, DAY)).toBe(0)
    leases.settle(NOW, DAY)
    expect(leases.settlesInMs(NOW, DAY)).toBe(0)
    expect(leases.grant(TERM, NOW, DAY)).toBe(TERM)
  })

  it('waits for the last lease, 1.3 times its term since it was granted', () => {
    const { leases } = startInstance()
    leases.grant(TERM, NOW, DAY)
    leases.grant(TERM, NOW + 500, DAY + 500)
    leases.settle(NOW + 900, DAY + 900)
    expect(leases.settlesInMs(NOW + 900, DAY + 900)).toBe(500 + HOLD - 900)
    expect(leases.settlesInMs(NOW + 500 + HOLD, DAY + 500 + HOLD)).toBe(0)
  })

  it('waits for a longer lease that was granted before a shorter one', () => {
    const { leases } = startInstance()
    leases.grant(5_000, NOW, DAY)
    leases.grant(100, NOW + 1_000, DAY + 1_000)
    leases.settle(NOW + 1_000, DAY + 1_000)
    expect(leases.settlesInMs(NOW + 1_000, DAY + 1_000)).toBe(LONGEST_HOLD - 1_000)
  })

  it('waits for it though the clock jumped ahead between the two', () => {
    const { leases } = startInstance()
    leases.grant(5_000, NOW, DAY)
    leases.grant(100, NOW + DAY, DAY + 1_000)
    leases.settle(NOW + DAY, DAY + 1_000)
    expect(leases.settlesInMs(NOW + DAY, DAY + 1_000)).toBe(LONGEST_HOLD - 1_000)
  })

  it('waits for a longer lease that was granted after a shorter one', () => {
    const { leases } = startInstance()
    leases.grant(100, NOW, DAY)
    leases.grant(5_000, NOW + 50, DAY + 50)
    leases.settle(NOW + 50, DAY + 50)
    expect(leases.settlesInMs(NOW + 50, DAY + 50)).toBe(LONGEST_HOLD)
  })

  it('waits no longer because it is repeated, and no shorter', () => {
    const { leases } = startInstance()
    leases.grant(TERM, NOW, DAY)
    leases.settle(NOW, DAY)
    for (const ms of [0, 100, 900]) {
      expect(leases.settlesInMs(NOW + ms, DAY + ms)).toBe(HOLD - ms)
    }
  })

  it('waits for the leases of the change before too', () => {
    const { leases } = startInstance()
    leases.grant(TERM, NOW, DAY)
    leases.settle(NOW, DAY)
    leases.settle(NOW + 400, DAY + 400)
    expect(leases.settlesInMs(NOW + 400, DAY + 400)).toBe(HOLD - 400)
  })

  it.each([
    ['the object jumped ahead', DAY, 200],
    ['the object was set back', -DAY, 200],
    ['the caller jumped ahead', 200, DAY],
    ['the caller was set back', 200, -DAY],
  ])('is not answered too early though the clock of %s', (_, thereMs, callerMs) => {
    const { leases } = startInstance()
    leases.grant(TERM, NOW, DAY)
    leases.settle(NOW + thereMs, DAY + callerMs)
    const left = leases.settlesInMs(NOW + thereMs, DAY + callerMs)
    expect(left).toBeGreaterThanOrEqual(HOLD - 200)
    expect(left).toBeLessThanOrEqual(HOLD)
    // The clock is right again at the time of the next call, or jumps while the change settles.
    expect(leases.settlesInMs(NOW + thereMs + DAY, DAY + callerMs + 100)).toBe(left - 100)
  })

  it.each([
    ['before the change', -3_600_000, 0],
    ['while it settles', 0, -3_600_000],
  ])('waits once more at the longest if the clock is set back %s', (_, beforeMs, meanwhileMs) => {
    const { leases } = startInstance()
    leases.grant(TERM, NOW, null)
    leases.settle(NOW + beforeMs, null)
    const backMs = NOW + beforeMs + meanwhileMs
    expect(leases.settlesInMs(backMs, null)).toBe(HOLD)
    expect(leases.settlesInMs(backMs + HOLD, null)).toBe(0)
    leases.settle(backMs + HOLD, null)
    expect(leases.settlesInMs(backMs + HOLD, null)).toBe(0)
    expect(leases.grant(TERM, backMs + HOLD, null)).toBe(TERM)
  })
})
