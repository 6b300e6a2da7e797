import { describe, expect, it } from 'vitest'
import { type Situation, start, startCached, startLeased } from './authorization.ts'
import {
  ALLOWING,
  DENYING,
  FAULT,
  GONE,
  grantBy,
  IP_DENIED,
  KEY,
  NEWER_DENYING,
  refusal,
  REVOKED,
  TIMEOUT,
  UNAVAILABLE,
} from './samples.ts'

const MINUTE = 60_000
const REFUSED = { result: refusal(UNAVAILABLE), grace: undefined }

/** A record that was confirmed two seconds ago, and an authority that can no longer be asked. */
async function startOutage(situation: Situation) {
  const started = await startLeased({ graceMs: MINUTE, ...situation })
  await started.clock.pass(2_000)
  started.authority.holds = TIMEOUT
  return started
}

describe('authorize() in an outage of the authority', () => {
  it('is unavailable without a grace', async () => {
    const { judge } = await startOutage({ holds: KEY, graceMs: 0 })
    expect(await judge()).toMatchObject(REFUSED)
  })

  it.each([
    ['yes', ALLOWING, grantBy(3)],
    ['no', DENYING, refusal(IP_DENIED)],
  ])('says %s by the cached record, and marks that', async (_, holds, result) => {
    const { judge, faults } = await startOutage({ holds })
    expect(await judge()).toMatchObject({ result, grace: true })
    expect(faults).toEqual([['authority', TIMEOUT]])
  })

  it('asks before it believes, and then in the background four times a second', async () => {
    const { judge, clock, calls } = await startOutage({ holds: KEY })
    expect((await judge()).isImmediate).toBe(false)
    calls.length = 0
    for (let i = 0; i < 40; i++) {
      await clock.pass(100)
      expect(await judge()).toMatchObject({ result: grantBy(3), isImmediate: true, grace: true })
    }
    expect(calls.length).toBeGreaterThanOrEqual(12)
    expect(calls.length).toBeLessThanOrEqual(16)
  })

  it('lets a key in steady use wait for nobody, though each question takes the whole time limit', async () => {
    const { judge, authority, clock } = await startOutage({ holds: KEY })
    await judge()
    for (let i = 0; i < 400; i++) {
      authority.delaysMs.splice(0, 1, 1_000)
      await clock.pass(100)
      expect(await judge()).toMatchObject({ isImmediate: true, grace: true })
    }
  })

  it('asks before it believes if half a second has gone by since the last question failed', async () => {
    const { judge, clock } = await startOutage({ holds: KEY })
    await judge()
    await clock.pass(250)
    expect((await judge()).isImmediate).toBe(true) // and asks, in vain
    await clock.pass(499)
    expect((await judge()).isImmediate).toBe(true)
    const idle = await startOutage({ holds: KEY })
    await idle.judge()
    await idle.clock.pass(250)
    await idle.judge()
    await idle.clock.pass(500)
    expect((await idle.judge()).isImmediate).toBe(false)
  })

  it('believes the record for the grace since it last asked with success, and no longer', async () => {
    const { judge, authority, clock } = await startCached({ holds: KEY, graceMs: MINUTE })
    authority.delaysMs.push(400)
    const confirmed = judge()
    await clock.pass(MINUTE - 1)
    await confirmed
    authority.holds = TIMEOUT
    expect(await judge()).toMatchObject({ result: grantBy(3), grace: true })
    await clock.pass(1)
    expect(await judge()).toMatchObject(REFUSED)
  })

  it('does not begin while a lease runs', async () => {
    const { judge, authority, clock } = await startLeased({ holds: KEY, graceMs: MINUTE })
    authority.holds = TIMEOUT
    await clock.pass(500)
    await judge() // fails to renew
    await clock.pass(499)
    expect(await judge()).toMatchObject({ isImmediate: true, grace: undefined })
    await clock.pass(1)
    expect(await judge()).toMatchObject({ result: grantBy(3), grace: true })
  })

  it('does not count a record in KV as confirmed', async () => {
    const { judge } = start({ kv: KEY, holds: TIMEOUT, graceMs: MINUTE })
    expect(await judge()).toMatchObject(REFUSED)
  })

  it('ends with the first answer', async () => {
    const { judge, authority, clock } = await startOutage({ holds: KEY })
    await judge()
    authority.holds = NEWER_DENYING
    await clock.pass(250)
    expect(await judge()).toMatchObject({ isImmediate: true, grace: true }) // and asks
    await clock.pass(0)
    expect(await judge()).toMatchObject({ result: refusal(IP_DENIED), grace: undefined })
    authority.holds = GONE
    await clock.pass(1_000)
    expect(await judge()).toMatchObject({ result: refusal(REVOKED), grace: undefined })
  })

  it('ends with an answer that confirms the record', async () => {
    const { judge, authority, clock } = await startOutage({ holds: KEY })
    await judge()
    authority.holds = KEY
    await clock.pass(250)
    await judge()
    await clock.pass(100)
    expect(await judge()).toMatchObject({ result: grantBy(3), grace: undefined })
  })
})

describe('authorize(), what is no outage of the authority', () => {
  it('is a fault of libSQL, though another question has just failed', async () => {
    const { judge, authority, clock } = await startOutage({ holds: KEY, row: FAULT })
    authority.holds = null
    expect(await judge()).toMatchObject(REFUSED)
    authority.holds = TIMEOUT
    expect(await judge()).toMatchObject({ grace: true })
    authority.holds = null
    await clock.pass(250)
    await judge()
    await clock.pass(0)
    expect(await judge()).toMatchObject(REFUSED)
  })

  it('is a record of the authority that cannot be read', async () => {
    const { judge, authority } = await startOutage({ holds: KEY })
    authority.holds = { ...KEY, revision: 4, ipAcl: ['no network'] }
    expect(await judge()).toMatchObject(REFUSED)
  })
})

describe('authorize() in an outage, with a clock that cannot be trusted', () => {
  it('believes nothing if the clock says that the record is not confirmed yet', async () => {
    const { judge, clock } = await startOutage({ holds: KEY })
    clock.jump(-2_001)
    expect(await judge()).toMatchObject(REFUSED)
  })

  it('believes nothing if the clock has jumped', async () => {
    const { judge, authority, clock } = await startLeased({ holds: KEY, graceMs: MINUTE })
    clock.jump(10_000)
    await judge() // shows that
    authority.holds = TIMEOUT
    expect(await judge()).toMatchObject(REFUSED)
  })

  it.each([
    ['stands still', 0],
    ['is set back', -1_500],
  ])('asks again half a second later though the clock %s', async (_, jumpMs) => {
    const { judge, authority, clock } = await startOutage({ holds: KEY })
    await judge()
    authority.holds = NEWER_DENYING
    clock.jump(jumpMs)
    await clock.passFrozen(500)
    expect(await judge()).toMatchObject({ result: refusal(IP_DENIED), grace: undefined })
  })
})
