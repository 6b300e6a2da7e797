// The limits of keys at several locations, with faults: what reaches the upstream in a window is counted there. Time
// stands nearly still, so that no allowance lapses, however busy the machine is. Only clocks that are turned end a
// window or a lease.

import { describe, expect, it } from 'vitest'
import { createFloods, DAY } from './floods.ts'
import { LOCATIONS } from './ground.ts'
import { openScene } from './scene.ts'
import type { AuthorityFault } from './sim/faults.ts'

const scene = openScene({ speed: 0.2, leaseRealMs: 20_000 })
const { limit, flood, watchUpstream, floodBothTokens, floodWithRestart, floodWithFault } =
  createFloods(scene)

const REQUESTS = 20

/** What authorities have granted since the last call: how many requests, to these locations. */
async function takeGranted(): Promise<(at: readonly string[]) => number> {
  const { allowances } = await scene.ground.command({ takeAllowances: true })
  return (at) =>
    allowances
      .filter((one) => at.includes(one.at))
      .reduce((sum, { granted }) => sum + (granted ?? 0), 0)
}

describe('a limit holds', () => {
  it.each<AuthorityFault>([
    'none',
    'unreachable',
    'overloaded',
    'slow',
    'late',
    'held',
    'slow reports',
  ])('through a fault on the way of one location: %s', async (fault) => {
    expect(await floodWithFault(REQUESTS, 'fra', fault)).toBe(REQUESTS)
  })

  it.each<AuthorityFault>(['reset', 'mute', 'forgetful'])(
    'where answers are lost, with what they have granted: %s',
    async (fault) => {
      await takeGranted()
      const count = await floodWithFault(REQUESTS, 'fra', fault)
      const granted = await takeGranted()
      expect(granted(LOCATIONS)).toBe(REQUESTS)
      expect(count).toBeLessThan(REQUESTS)
      expect(count).toBeGreaterThanOrEqual(granted(['ams', 'sin']))
    },
  )

  it.each(['restart', 'supersede'] as const)('through a %s of its authority', async (event) => {
    expect(await floodWithRestart(REQUESTS, event)).toBe(REQUESTS)
  })

  it.each([
    { stepMs: -5_000 },
    { stepMs: 60_000 },
    { stands: true },
    { rate: 0.8 },
    { rate: 1.2 },
  ] as const)('in each window where the clock of a location is wrong: %j', async (change) => {
    await limit(REQUESTS, 60)
    const times = watchUpstream()
    const countFlood = async (count: number) => {
      const before = times.length
      await flood(count)
      return times.length - before
    }
    expect(await countFlood(3)).toBe(REQUESTS)
    await scene.ground.command({ clocks: { fra: change } })
    await scene.ground.command({ passSeconds: 30 })
    expect(await countFlood(2)).toBe(0)
    await scene.ground.command({ passSeconds: 31 })
    expect(await countFlood(4)).toBe(REQUESTS)
    await scene.ground.command({ clocks: { fra: { isRight: true } } })
  })

  it('in each window where locations have taken some ahead', async () => {
    const many = 250
    await limit(many, 60)
    const times = watchUpstream()
    await flood(16)
    await scene.ground.command({ passSeconds: 61 })
    const before = times.length
    await flood(40)
    expect(times.length - before).toBe(many)
  })

  it('when the clock of its authority is set back', async () => {
    await limit(REQUESTS, DAY)
    const times = watchUpstream()
    await flood(3)
    await scene.ground.command({
      authorityClocks: { [scene.key.lookupId]: { stepMs: -3_600_000 } },
    })
    await flood(2)
    expect(times).toHaveLength(REQUESTS)
  })

  it('for both tokens of a key, and once the first one has ended', async () => {
    expect(await floodBothTokens(REQUESTS)).toBe(REQUESTS)
  })

  it('and what is refused for another reason spends nothing', async () => {
    await limit(REQUESTS, DAY)
    const times = watchUpstream()
    const change = async (body: object) => {
      await scene.ground.command({ passSeconds: 10 }) // no lease is left to wait for
      expect((await scene.patch(body)).status).toBe(200)
    }
    await flood(1)
    const before = times.length
    for (const refusing of [{ ip_acl: ['198.51.100.0/24'] }, { enabled: false }]) {
      await change(refusing)
      expect(new Set(await flood(2))).toEqual(new Set([403]))
    }
    await change({ ip_acl: [], enabled: true })
    await flood(4)
    expect(before).toBeGreaterThan(0)
    expect(times).toHaveLength(REQUESTS)
  })
})
