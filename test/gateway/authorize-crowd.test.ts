// Many requests with one key at once, while questions about it are on their way.

import { describe, expect, it } from 'vitest'
import { type Judged, start, startCached } from './authorization.ts'
import {
  ALLOWING,
  DENYING,
  GONE,
  grantBy,
  IP_DENIED,
  KEY,
  NEWER_ALLOWING,
  refusal,
  REVOKED,
  TIMEOUT,
  UNAVAILABLE,
} from './samples.ts'
import type { TestAuthority } from './test-authority.ts'

/** How many questions an isolate asks at once about a key, and how long each takes here. */
const AT_ONCE = 3
const TRIP_MS = 100
const TIME_LIMIT_MS = 1_000
/** A request that waits looks for an answer at least so long after it came. */
const LOOK_MS = 50

const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

/** So many questions as may be are on their way, for requests of their own. */
async function startCrowd(
  cached: typeof KEY,
  { holds = cached, grantsLeases = false }: Partial<TestAuthority> = {},
) {
  const started = await startCached({ holds: cached })
  const { authority, judge, calls } = started
  Object.assign(authority, { holds, grantsLeases })
  authority.delaysMs.push(...many(AT_ONCE, TRIP_MS))
  const first = many(AT_ONCE, judge).map((each) => each())
  expect(calls).toHaveLength(AT_ONCE)
  calls.length = 0
  return { ...started, first }
}

describe('authorize() while enough questions are on their way', () => {
  it('asks no more', async () => {
    const { judge, clock, calls, first } = await startCrowd(KEY)
    void judge()
    await clock.pass(TRIP_MS - 1)
    expect(calls).toEqual([])
    await clock.pass(1)
    for (const judged of await Promise.all(first)) expect(judged.result).toMatchObject(grantBy(3))
  })

  it('judges nobody by an answer that was asked for before they came', async () => {
    const { judge, authority, clock, calls } = await startCrowd(DENYING)
    authority.holds = NEWER_ALLOWING
    const judged = judge()
    await clock.pass(TRIP_MS + LOOK_MS)
    expect((await judged).result).toMatchObject(grantBy(4))
    expect(calls).toEqual(['ask about 3, lease 1000'])
  })

  it('judges all who came by one answer that was asked for after that', async () => {
    const { judge, authority, clock, calls } = await startCrowd(DENYING)
    authority.delaysMs.push(...many(AT_ONCE, TRIP_MS))
    const waiting = many(100, judge).map((each) => each())
    await clock.pass(TRIP_MS + LOOK_MS)
    expect(calls).toHaveLength(AT_ONCE)
    authority.holds = NEWER_ALLOWING // after the questions were answered
    await clock.pass(TRIP_MS + LOOK_MS)
    for (const { result } of await Promise.all(waiting)) expect(result).toEqual(refusal(IP_DENIED))
    expect(calls).toHaveLength(AT_ONCE)
  })

  it('judges who came by a lease that is granted meanwhile', async () => {
    const { judge, clock, calls } = await startCrowd(ALLOWING, { grantsLeases: true })
    const waiting = many(100, judge).map((each) => each())
    await clock.pass(TRIP_MS + LOOK_MS)
    for (const { result } of await Promise.all(waiting)) expect(result).toMatchObject(grantBy(3))
    expect(calls).toEqual([])
  })

  it('judges who came by a tombstone', async () => {
    const { judge, clock, calls } = await startCrowd(KEY, { holds: GONE })
    const waiting = many(100, judge).map((each) => each())
    await clock.pass(TRIP_MS + LOOK_MS)
    for (const { result } of await Promise.all(waiting)) expect(result).toEqual(refusal(REVOKED))
    expect(calls).toEqual([])
  })

  it('asks KV and the authority for few who have no cached record', async () => {
    const { judge, authority, clock, calls } = start({ kv: KEY, holds: KEY })
    authority.delaysMs.push(...many(2 * AT_ONCE, TRIP_MS))
    const waiting = many(100, judge).map((each) => each())
    await clock.pass(2 * (TRIP_MS + LOOK_MS))
    for (const { result } of await Promise.all(waiting)) expect(result).toMatchObject(grantBy(3))
    expect(calls.filter((call) => call.startsWith('ask'))).toHaveLength(AT_ONCE)
    expect(calls.filter((call) => call.startsWith('kv'))).toHaveLength(AT_ONCE)
  })
})

describe('authorize() while no answer comes', () => {
  it('is unavailable if no answer comes in time, and says why', async () => {
    const { judge, authority, clock, calls, faults } = await startCached({ holds: KEY })
    authority.holds = TIMEOUT
    authority.delaysMs.push(...many(AT_ONCE, TIME_LIMIT_MS))
    const verdicts: Judged[] = []
    for (let i = 0; i < 100; i++) void judge().then((judged) => verdicts.push(judged))
    await clock.pass(TIME_LIMIT_MS - 1)
    expect(verdicts).toEqual([])
    await clock.pass(1)
    expect(verdicts).toHaveLength(100)
    expect(calls).toHaveLength(AT_ONCE)
    for (const { result } of verdicts) expect(result).toEqual(refusal(UNAVAILABLE))
    expect(faults).toHaveLength(100)
    expect(faults).toContainEqual(['authority', expect.objectContaining({ reason: 'timeout' })])
  })

  it.each([
    ['after the time limit', 0],
    ['though the clock was set back', -3_600_000],
    ['though the clock jumped ahead', 3_600_000],
  ])('counts them no longer: %s', async (_, jumpMs) => {
    const { judge, authority, clock } = await startCached({ holds: KEY })
    authority.delaysMs.push(...many(AT_ONCE, Infinity))
    for (let i = 0; i < AT_ONCE; i++) void judge()
    clock.jump(jumpMs)
    await clock.pass(TIME_LIMIT_MS + 1)
    const judged = judge()
    await clock.pass(TIME_LIMIT_MS)
    expect((await judged).result).toMatchObject(grantBy(3))
  })
})
