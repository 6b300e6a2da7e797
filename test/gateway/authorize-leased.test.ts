import { describe, expect, it } from 'vitest'
import { start, startCached, startLeased } from './authorization.ts'
import {
  ALLOWING,
  DENYING,
  GONE,
  grantBy,
  IP_DENIED,
  KEY,
  NEWER_DENYING,
  refusal,
  REVOKED,
  TIMEOUT,
} from './samples.ts'

const GRANTED_AT_ONCE = { result: grantBy(3), isImmediate: true, grace: undefined }
const DENIED_AT_ONCE = { result: refusal(IP_DENIED), isImmediate: true, grace: undefined }

describe('authorize() by a leased record', () => {
  it.each([
    ['yes', ALLOWING, GRANTED_AT_ONCE],
    ['no', DENYING, DENIED_AT_ONCE],
  ])('says %s at once, and asks no store', async (_, holds, expected) => {
    const { judge, clock, calls } = await startLeased({ holds })
    await clock.pass(499)
    expect(await judge()).toMatchObject(expected)
    expect(calls).toEqual([])
  })

  it('says no more than what it was leased on: a change is the business of its authority', async () => {
    const { judge, authority } = await startLeased({ holds: KEY })
    authority.holds = GONE
    expect(await judge()).toMatchObject(GRANTED_AT_ONCE)
  })

  it('asks again when the lease has run out', async () => {
    const { judge, clock, calls } = await startLeased({ holds: KEY })
    await clock.pass(1_000)
    expect((await judge()).isImmediate).toBe(false)
    expect(calls).toEqual(['ask about 3, lease 1000'])
  })

  it('counts the lease from when it asked, not from the answer, even if its timer is lost', async () => {
    const { judge, authority, clock } = await startCached({ holds: KEY })
    await judge()
    authority.delaysMs.push(400)
    const leased = judge()
    await clock.pass(400)
    await leased
    clock.loseTimers()
    await clock.pass(99)
    expect(await judge()).toMatchObject(GRANTED_AT_ONCE)
    authority.holds = TIMEOUT // no renewal comes
    await clock.pass(500)
    expect(await judge()).toMatchObject(GRANTED_AT_ONCE)
    await clock.pass(1)
    expect((await judge()).isImmediate).toBe(false)
  })

  it('uses no lease whose answer came after its end', async () => {
    const { judge, authority, clock } = await startCached({ holds: KEY })
    await judge()
    authority.delaysMs.push(1_000)
    const late = judge()
    await clock.pass(1_000)
    await late
    expect((await judge()).isImmediate).toBe(false)
  })

  it.each([
    ['stands still', 0],
    ['is set back', -3_600_000],
    ['jumps back by less than a term', -900],
  ])('uses a lease for no longer if the clock %s', async (_, jumpMs) => {
    const { judge, clock } = await startLeased({ holds: KEY })
    clock.jump(jumpMs)
    await clock.passFrozen(999)
    expect(await judge()).toMatchObject(GRANTED_AT_ONCE)
    await clock.passFrozen(1)
    expect((await judge()).isImmediate).toBe(false)
  })

  it('ends no later lease by the timer of an earlier one', async () => {
    const { judge, clock, calls } = await startLeased({ holds: KEY })
    await clock.pass(600)
    await judge() // renews
    await clock.pass(400)
    calls.length = 0
    expect(await judge()).toMatchObject(GRANTED_AT_ONCE)
    expect(calls).toEqual([])
  })
})

describe('authorize(), a record that is replaced', () => {
  it('is leased no longer', async () => {
    const { judge, authority, clock, calls } = await startLeased({ holds: KEY })
    authority.holds = NEWER_DENYING
    authority.grantsLeases = false
    await clock.pass(500)
    expect(await judge()).toMatchObject(GRANTED_AT_ONCE) // and renews
    await clock.pass(0)
    calls.length = 0
    expect(await judge()).toMatchObject({ result: refusal(IP_DENIED), isImmediate: false })
    expect(calls).toEqual(['ask about 4, lease 1000'])
  })

  it('is followed by one with a lease of its own', async () => {
    const { judge, authority, clock } = await startLeased({ holds: KEY })
    authority.holds = NEWER_DENYING
    await clock.pass(500)
    await judge()
    await clock.pass(999)
    expect(await judge()).toMatchObject(DENIED_AT_ONCE)
  })

  it('is followed by a tombstone, which is final', async () => {
    const { judge, authority, clock, calls } = await startLeased({ holds: KEY })
    authority.holds = GONE
    await clock.pass(500)
    await judge()
    await clock.pass(1e9)
    calls.length = 0
    expect(await judge()).toMatchObject({ result: refusal(REVOKED), isImmediate: true })
    expect(calls).toEqual([])
  })
})

describe('authorize() with a clock that cannot be trusted', () => {
  it.each([
    ['jumped ahead', 20_000],
    ['was set back', -20_000],
  ])('uses no lease for a minute if it %s between two answers', async (_, jumpMs) => {
    const { judge, clock, calls, faults } = await startLeased({ holds: KEY })
    clock.jump(jumpMs)
    await clock.pass(1_000)
    await judge()
    expect(faults).toMatchObject([['clock', { name: 'ClockError' }]])
    calls.length = 0
    for (let i = 0; i < 59; i++) {
      await clock.pass(1_000)
      expect((await judge()).isImmediate).toBe(false)
    }
    expect(new Set(calls)).toEqual(new Set(['ask about 3']))
    await clock.pass(1_000)
    await judge()
    expect(await judge()).toMatchObject(GRANTED_AT_ONCE)
    expect(faults).toHaveLength(1)
  })

  it('uses no lease that runs', async () => {
    const { judge, clock, calls } = await startLeased({ holds: KEY })
    await clock.pass(100)
    clock.jump(600)
    expect(await judge()).toMatchObject(GRANTED_AT_ONCE) // and renews, which shows the jump
    await clock.pass(0)
    calls.length = 0
    expect((await judge()).isImmediate).toBe(false)
    expect(calls).toEqual(['ask about 3'])
  })

  it('uses what is final', async () => {
    const { judge, clock, authority } = await startLeased({ holds: KEY })
    authority.holds = GONE
    clock.jump(20_000)
    await judge()
    expect(await judge()).toMatchObject({ result: refusal(REVOKED), isImmediate: true })
  })
})

describe('authorize() with LEASE_MS=0', () => {
  it('asks about each request', async () => {
    const { judge, calls } = start({ kv: KEY, holds: KEY, termMs: 0 })
    for (let i = 0; i < 3; i++) expect((await judge()).isImmediate).toBe(false)
    expect(calls).toEqual(['ask', 'kv lookup-1', 'ask about 3', 'ask about 3'])
  })
})
