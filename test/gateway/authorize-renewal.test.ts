// Leases that are renewed in the background, while requests are judged by them.

import { describe, expect, it } from 'vitest'
import { startLeased } from './authorization.ts'
import { grantBy, KEY, TIMEOUT } from './samples.ts'

const RENEWAL = 'ask about 3, lease 1000'

describe('authorize(), the renewal of a lease', () => {
  it('is asked for from half of the term on, by the first request, once', async () => {
    const { judge, authority, clock, calls } = await startLeased({ holds: KEY })
    authority.delaysMs.push(100)
    await clock.pass(499)
    await judge()
    expect(calls).toEqual([])
    await clock.pass(1)
    for (let i = 0; i < 10; i++) expect((await judge()).isImmediate).toBe(true)
    expect(calls).toEqual([RENEWAL])
  })

  it('lets a key in steady use wait for nobody', async () => {
    const { judge, authority, clock, calls } = await startLeased({ holds: KEY })
    const everyMs = 50
    for (let ms = 0; ms < 60_000; ms += everyMs) {
      authority.delaysMs.splice(0, 1, 150)
      await clock.pass(everyMs)
      expect((await judge()).isImmediate).toBe(true)
    }
    expect(calls.length).toBeLessThanOrEqual(2 * 60)
  })

  it('is asked for again after a quarter of a second if it was lost', async () => {
    const { judge, authority, clock, calls } = await startLeased({ holds: KEY })
    authority.delaysMs.push(Infinity)
    await clock.pass(500)
    await judge()
    await clock.pass(249)
    await judge()
    expect(calls).toEqual([RENEWAL])
    await clock.pass(1)
    await judge()
    await clock.pass(999)
    expect(calls).toEqual([RENEWAL, RENEWAL])
    expect((await judge()).isImmediate).toBe(true)
  })

  it('leaves the running lease if it is declined, and no more', async () => {
    const { judge, authority, clock } = await startLeased({ holds: KEY })
    authority.grantsLeases = false
    await clock.pass(500)
    await judge()
    await clock.pass(499)
    expect(await judge()).toMatchObject({ result: grantBy(3), isImmediate: true })
    await clock.pass(1)
    expect((await judge()).isImmediate).toBe(false)
  })

  it('leaves the running lease if it fails, and no more', async () => {
    const { judge, authority, clock, faults } = await startLeased({ holds: KEY })
    authority.holds = TIMEOUT
    await clock.pass(500)
    await judge()
    await clock.pass(499)
    expect(faults).toEqual([['authority', TIMEOUT]])
    expect(await judge()).toMatchObject({ result: grantBy(3), isImmediate: true, grace: undefined })
    await clock.pass(1)
    expect(await judge()).toMatchObject({ result: { ok: false }, isImmediate: false })
  })

  it('does not shorten a lease that a later question brought', async () => {
    const { judge, authority, clock } = await startLeased({ holds: KEY })
    authority.delaysMs.push(400, 10)
    await clock.pass(500)
    await judge()
    await clock.pass(250)
    await judge() // asked at 750, so leased until 1 750
    await clock.pass(999)
    expect((await judge()).isImmediate).toBe(true)
  })
})
