// What an instance of an object leaves in storage of the leases that it has granted, for the next one.

import { describe, expect, it } from 'vitest'
import { DAY, HOLD, LONGEST_HOLD, NOW, startInstance, TERM } from './instance.ts'

const MINUTE = 60_000

describe('GrantedLeases, the row in storage', () => {
  it('is written with the first lease, and then at most every ten seconds', () => {
    const { leases, rows } = startInstance()
    for (let ms = 0; ms <= 30_000; ms += 500) leases.grant(TERM, NOW + ms, DAY + ms)
    expect(rows.map(({ atMs }) => atMs - NOW)).toEqual([0, 10_000, 20_000, 30_000])
    expect(rows[0]).toEqual({ atMs: NOW, callerMs: DAY, lengthMs: HOLD })
  })

  it('is written at once for a longer term, and not for a shorter one', () => {
    const { leases, rows } = startInstance()
    leases.grant(TERM, NOW, DAY)
    leases.grant(5_000, NOW + 1, DAY)
    leases.grant(TERM, NOW + 2, DAY)
    leases.grant(5_000, NOW + 3, DAY)
    expect(rows.map(({ lengthMs }) => lengthMs)).toEqual([HOLD, LONGEST_HOLD])
  })

  it('says what is left of a longer lease when it is written again', () => {
    const { leases, rows } = startInstance()
    leases.grant(5_000, NOW, DAY)
    leases.grant(5_000, NOW + 9_000, DAY + 9_000)
    leases.grant(TERM, NOW + 10_000, DAY + 10_000)
    expect(rows.map(({ lengthMs }) => lengthMs)).toEqual([LONGEST_HOLD, LONGEST_HOLD - 1_000])
  })

  it('is written though the clock was set back', () => {
    const { leases, rows } = startInstance()
    leases.grant(TERM, NOW, DAY)
    leases.grant(TERM, NOW - 10_000, DAY)
    expect(rows).toHaveLength(2)
  })

  it('is not written if nothing is granted', () => {
    const { leases, rows } = startInstance()
    leases.grant(0, NOW, DAY)
    leases.settle(NOW, DAY)
    expect(rows).toEqual([])
  })
})

/** How long a change waits that comes as soon as the instance has started. */
function waitOf({ leases, startMs }: ReturnType<typeof startInstance>, callerMs: number): number {
  leases.settle(startMs, callerMs)
  return leases.settlesInMs(startMs, callerMs)
}

describe('GrantedLeases, a restart', () => {
  function restart(lateMs: number, wantedMs = TERM) {
    const before = startInstance()
    before.leases.grant(wantedMs, NOW, DAY)
    return startInstance(before.storage, NOW + lateMs)
  }

  it.each([
    ['at once', 0, TERM, HOLD],
    ['within a minute', MINUTE, TERM, HOLD],
    ['within a minute and the lease', MINUTE + HOLD - 1, TERM, HOLD],
    ['with a clock that is behind', -MINUTE, TERM, HOLD],
    ['with a clock that is far behind', -DAY, TERM, HOLD],
    ['after the longest lease', 1_000, 5_000, LONGEST_HOLD],
  ])(
    'lets a change wait for the whole lease from its own start on, and a repeated one too: %s',
    (_, lateMs, wanted, hold) => {
      const { leases, startMs } = restart(lateMs, wanted)
      expect(leases.settlesInMs(startMs, DAY)).toBe(hold)
      leases.settle(startMs + 100, DAY + 100)
      expect(leases.settlesInMs(startMs + 100, DAY + 100)).toBe(hold - 100)
      expect(leases.settlesInMs(startMs + hold, DAY + hold)).toBe(0)
    },
  )

  it('grants leases on what it holds, and lets a change wait for the longest of all', () => {
    const { leases, startMs } = restart(0, 5_000)
    expect(leases.grant(TERM, startMs + 100, DAY + 100)).toBe(TERM)
    leases.settle(startMs + 200, DAY + 200)
    expect(leases.settlesInMs(startMs + 200, DAY + 200)).toBe(LONGEST_HOLD - 200)
    expect(leases.grant(TERM, startMs + LONGEST_HOLD - 1, DAY + LONGEST_HOLD - 1)).toBe(0)
    const later = restart(0)
    later.leases.grant(TERM, later.startMs + 100, DAY + 100)
    later.leases.settle(later.startMs + 200, DAY + 200)
    expect(later.leases.settlesInMs(later.startMs + 200, DAY + 200)).toBe(HOLD - 100)
  })

  it('passes on the wait for leases of the instance before the last', () => {
    const first = restart(0, 5_000)
    first.leases.grant(TERM, first.startMs + 10_000, DAY)
    const second = startInstance(first.storage, first.startMs + 10_001)
    expect(waitOf(second, DAY)).toBe(HOLD)
    const early = restart(0, 5_000)
    early.leases.grant(TERM, early.startMs + 1_000, DAY)
    const next = startInstance(early.storage, early.startMs + 1_001)
    expect(waitOf(next, DAY)).toBe(LONGEST_HOLD)
  })

  it('passes it on though its clock and the one before are far from each other', () => {
    const between = restart(-20_000, 5_000)
    between.leases.grant(TERM, between.startMs + 100, DAY + 100)
    const next = startInstance(between.storage, between.startMs + 200)
    expect(waitOf(next, DAY + 200)).toBe(LONGEST_HOLD - 100)
  })

  it('goes on with the wait of a change, grants nothing meanwhile, and leases again after it', () => {
    const before = startInstance()
    before.leases.grant(TERM, NOW, DAY)
    before.leases.settle(NOW + 300, DAY + 300)
    const { leases, startMs, storage } = startInstance(before.storage, NOW + 400)
    expect(leases.settlesInMs(startMs, DAY + 400)).toBe(HOLD - 300)
    const endMs = HOLD - 300
    expect(leases.grant(TERM, startMs + endMs - 1, DAY)).toBe(0)
    expect(leases.grant(TERM, startMs + endMs, DAY)).toBe(TERM)
    const next = startInstance(storage, startMs + endMs + 1)
    expect(next.leases.settlesInMs(next.startMs, DAY)).toBe(HOLD)
    expect(waitOf(next, DAY)).toBe(HOLD)
  })

  it('does not wait until a clock that was set back is back where it was', () => {
    const { leases, startMs } = restart(0)
    const backMs = startMs - 3_600_000
    leases.settle(backMs, null)
    expect(leases.settlesInMs(backMs, null)).toBe(HOLD)
    expect(leases.settlesInMs(backMs + HOLD, null)).toBe(0)
  })

  it.each([
    ['a minute after the last lease', MINUTE + HOLD],
    ['a day later', DAY],
  ])('does not wait %s', (_, lateMs) => {
    expect(waitOf(restart(lateMs), DAY)).toBe(0)
  })

  it('waits for leases that were granted after the row was written', () => {
    const before = startInstance()
    for (let ms = 0; ms < 9_999; ms += 9) before.leases.grant(TERM, NOW + ms, DAY + ms)
    expect(before.rows).toHaveLength(1)
    expect(waitOf(startInstance(before.storage, NOW + 9_999), DAY)).toBe(HOLD)
  })

  it('does not wait if nothing was ever granted', () => {
    expect(waitOf(startInstance(startInstance().storage), DAY)).toBe(0)
  })
})
