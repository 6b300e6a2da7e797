// Clocks that are wrong: by themselves, and in the simulated world.

import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { createFixtures, type Fixtures } from './fixtures.ts'
import { type Ground, type Location, startGround } from './ground.ts'
import { createClock } from './sim/clock.ts'

describe('createClock()', () => {
  it('shows the true time', () => {
    const clock = createClock()
    expect([0, 1, 1_000].map(clock.nowMs)).toEqual([0, 1, 1_000])
  })

  it('is set back and ahead, and runs on from there', () => {
    const clock = createClock()
    clock.change({ stepMs: -300 }, 1_000)
    expect([1_000, 1_500].map(clock.nowMs)).toEqual([700, 1_200])
    clock.change({ stepMs: 1_000 }, 2_000)
    expect(clock.nowMs(2_000)).toBe(2_700)
  })

  it('runs fast or slow from the change on, without a step', () => {
    const clock = createClock()
    clock.change({ rate: 1.1 }, 1_000)
    expect(clock.nowMs(1_000)).toBe(1_000)
    expect(clock.nowMs(2_000)).toBeCloseTo(2_100)
    clock.change({ rate: 0.5 }, 2_000)
    expect(clock.nowMs(3_000)).toBeCloseTo(2_600)
  })

  it('stands still, and goes on from where it stood', () => {
    const clock = createClock()
    clock.change({ stands: true }, 1_000)
    expect(clock.nowMs(9_000)).toBe(1_000)
    clock.change({ stands: false }, 9_000)
    expect(clock.nowMs(9_500)).toBe(1_500)
  })
})

describe('the ground', () => {
  let ground: Ground
  let fixtures: Fixtures
  let account: Awaited<ReturnType<Fixtures['insertAccount']>>

  beforeAll(async () => {
    ground = await startGround({ bundleDir: inject('bundleDir') })
    fixtures = await createFixtures(ground.secrets, ground.nowMs)
  })
  afterAll(() => ground.stop())
  beforeEach(async () => {
    account = await fixtures.insertAccount(ground.db())
  })

  /** By how much a location's clock is ahead, as far as the time of its answer tells. */
  async function measureAhead(at: Location): Promise<{ least: number; most: number }> {
    const { id } = await fixtures.insertKey(ground.db(), account.id, [], true)
    const askedMs = ground.nowMs()
    const answer = await ground.send(at, `/admin/api/v1/keys/${id}`, {
      method: 'DELETE',
      headers: { Cookie: account.cookie },
    })
    const atMs = Date.parse(String(answer.json['deleted_at']))
    return { least: atMs - ground.nowMs(), most: atMs - askedMs }
  }

  it.each([
    ['set ahead', 40_000],
    ['set back', -40_000],
  ])('has a clock for each location: %s', async (_, stepMs) => {
    await ground.command({ clocks: { fra: { stepMs } } })
    for (const [at, aheadMs] of [
      ['ams', 0],
      ['fra', stepMs],
    ] as const) {
      const { least, most } = await measureAhead(at)
      expect(least).toBeLessThanOrEqual(aheadMs)
      expect(most).toBeGreaterThanOrEqual(aheadMs)
    }
    await ground.command({ clocks: { fra: { stepMs: -stepMs } } })
  })

  it('lets time go by everywhere', async () => {
    await ground.command({ passSeconds: 300 })
    for (const at of ['ams', 'fra'] as const) {
      const { least, most } = await measureAhead(at)
      expect([least <= 0, most >= 0]).toEqual([true, true])
    }
  })
})
