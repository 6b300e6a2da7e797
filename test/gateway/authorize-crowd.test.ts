// Many requests with one key at once, whose cached record has no lease.

import { describe, expect, it } from 'vitest'
import type { KeyRecord } from '../../src/keys/key-record.ts'
import { startCached } from './authorization.ts'
import {
  ALLOWING,
  DENYING,
  grantBy,
  IP_DENIED,
  KEY,
  NEWER_ALLOWING,
  refusal,
  UNAVAILABLE,
} from './samples.ts'

/** Three questions are on their way, asked within a moment, and each takes 100 ms. */
async function startCrowd(holds: KeyRecord, grantsLeases = false) {
  const started = await startCached({ holds })
  const { authority, judge, calls } = started
  authority.grantsLeases = grantsLeases
  authority.delaysMs.push(...Array.from({ length: 3 }, () => 100))
  const first = Array.from({ length: 3 }, () => judge())
  expect(calls).toHaveLength(3)
  calls.length = 0
  return { ...started, first }
}

describe('authorize() while three questions are on their way', () => {
  it('asks no more', async () => {
    const { judge, clock, calls, first } = await startCrowd(KEY)
    void judge()
    await clock.pass(99)
    expect(calls).toEqual([])
    await clock.pass(6)
    for (const judged of await Promise.all(first)) expect(judged.result).toMatchObject(grantBy(3))
  })

  it('judges nobody by an answer that was asked for before they came', async () => {
    const { judge, authority, clock, calls } = await startCrowd(DENYING)
    authority.holds = NEWER_ALLOWING
    const judged = judge()
    await clock.pass(125)
    expect((await judged).result).toMatchObject(grantBy(4))
    expect(calls).toEqual(['ask about 3, lease 1000'])
  })

  it('judges all who came by one answer that was asked for after that', async () => {
    const { judge, authority, clock, calls } = await startCrowd(DENYING)
    authority.delaysMs.push(...Array.from({ length: 3 }, () => 50))
    const waiting = Array.from({ length: 100 }, () => judge())
    await clock.pass(125)
    expect(calls).toHaveLength(3)
    authority.holds = NEWER_ALLOWING // after the questions were answered
    await clock.pass(80)
    for (const { result } of await Promise.all(waiting)) expect(result).toEqual(refusal(IP_DENIED))
    expect(calls).toHaveLength(3)
  })

  it('judges who came by a lease that is granted meanwhile', async () => {
    const { judge, clock, calls } = await startCrowd(ALLOWING, true)
    const waiting = Array.from({ length: 100 }, () => judge())
    await clock.pass(125)
    for (const { result } of await Promise.all(waiting)) expect(result).toMatchObject(grantBy(3))
    expect(calls).toEqual([])
  })

  it('is unavailable if no answer comes in time, and says why', async () => {
    const { judge, authority, clock, calls, faults } = await startCached({ holds: KEY })
    authority.delaysMs.push(...Array.from({ length: 3 }, () => Infinity))
    for (let i = 0; i < 3; i++) void judge()
    const waiting = judge()
    await clock.pass(1_000)
    expect((await waiting).result).toEqual(refusal(UNAVAILABLE))
    expect(calls).toHaveLength(3)
    expect(faults).toMatchObject([['authority', { code: 'timeout' }]])
  })

  it.each([
    ['after the time limit', 1_001, 0],
    ['though the clock was set back', 1_001, -3_600_000],
  ])('counts questions that were lost no longer: %s', async (_, passedMs, jumpMs) => {
    const { judge, authority, clock } = await startCached({ holds: KEY })
    authority.delaysMs.push(...Array.from({ length: 3 }, () => Infinity))
    for (let i = 0; i < 3; i++) void judge()
    clock.jump(jumpMs)
    await clock.pass(passedMs)
    const judged = judge()
    await clock.pass(1_000)
    expect((await judged).result).toMatchObject(grantBy(3))
  })
})
