import { describe, expect, it } from 'vitest'
import { startCached } from './authorization.ts'
import {
  ALLOWING,
  DENYING,
  FAULT,
  GONE,
  grantBy,
  IP_DENIED,
  KEY,
  NEWER_ALLOWING,
  NEWER_DENYING,
  refusal,
  REVOKED,
  SUSPENDED,
  TIMEOUT,
  UNAVAILABLE,
} from './samples.ts'

describe('authorize() by a cached record without a lease', () => {
  it('grants once the authority has confirmed, and may send the request on before', async () => {
    const { judge, calls } = await startCached({ holds: ALLOWING })
    expect(await judge()).toMatchObject({
      result: grantBy(3),
      isImmediate: false,
      mayBeSentOn: true,
    })
    expect(calls).toEqual(['ask about 3'])
  })

  it('refuses once the authority has confirmed', async () => {
    const { judge, calls } = await startCached({ holds: DENYING })
    expect(await judge()).toMatchObject({ result: refusal(IP_DENIED), isImmediate: false })
    expect(calls).toEqual(['ask about 3'])
  })

  it.each([
    ['a tombstone', GONE, REVOKED],
    ['a tighter ACL', NEWER_DENYING, IP_DENIED],
    [
      'a suspension',
      { ...SUSPENDED, revision: 4 },
      { reason: 'account_inactive', status: 'suspended' },
    ],
    ['no authority that can be asked', TIMEOUT, UNAVAILABLE],
  ])('confirms no grant by an older record against %s', async (_, holds, error) => {
    const { judge, authority } = await startCached({ holds: ALLOWING })
    authority.holds = holds
    expect(await judge()).toMatchObject({ result: refusal(error), mayBeSentOn: true })
  })

  it('refuses nobody by an older record', async () => {
    for (const older of [DENYING, SUSPENDED]) {
      const { judge, authority } = await startCached({ holds: older })
      authority.holds = NEWER_ALLOWING
      expect(await judge()).toMatchObject({ result: grantBy(4), mayBeSentOn: false })
    }
  })

  it('goes by what the authority holds, whatever revision the cached record has', async () => {
    const { judge, authority, calls } = await startCached({ holds: NEWER_ALLOWING })
    authority.holds = { ...KEY, revision: 4, keyId: 'key_2' }
    expect((await judge()).result).toMatchObject({ ok: true, value: { key: { keyId: 'key_2' } } })
    expect(calls).toEqual(['ask about 4'])
  })

  it('goes by libSQL if the authority has lost its record', async () => {
    for (const lost of [null, KEY]) {
      const { judge, authority, calls } = await startCached({
        holds: NEWER_ALLOWING,
        row: { ...DENYING, revision: 5 },
      })
      authority.holds = lost
      expect((await judge()).result).toEqual(refusal(IP_DENIED))
      expect(calls).toEqual(['ask about 4', 'row lookup-1', 'seed 5 word-1'])
    }
  })

  it('is unavailable if the authority has lost its record and libSQL fails', async () => {
    const { judge, authority, faults } = await startCached({ holds: ALLOWING, row: FAULT })
    authority.holds = null
    expect((await judge()).result).toEqual(refusal(UNAVAILABLE))
    expect(faults).toEqual([['libsql', FAULT]])
  })
})

describe('authorize(), the lease that it asks for', () => {
  it.each([
    ['none for a key that was not used within the last term', 1_001, 'ask about 3'],
    ['one for a key that was', 1_000, 'ask about 3, lease 1000'],
    ['one if the clock was set back since', -5_000, 'ask about 3, lease 1000'],
  ])('is %s', async (_, sinceMs, asked) => {
    const { judge, authority, clock, calls } = await startCached({ holds: KEY })
    authority.grantsLeases = false
    await judge()
    calls.length = 0
    clock.jump(sinceMs)
    await judge()
    expect(calls).toEqual([asked])
  })

  it('is none without leases', async () => {
    const { judge, clock, calls } = await startCached({ holds: KEY, termMs: 0 })
    for (let i = 0; i < 3; i++) {
      expect((await judge()).isImmediate).toBe(false)
      await clock.pass(i)
    }
    expect(calls).toEqual(['ask about 3', 'ask about 3', 'ask about 3'])
  })
})

describe('authorize(), answers that overtake each other', () => {
  it('is judged by an answer to a later question if its own question fails', async () => {
    const { judge, authority, clock, faults } = await startCached({ holds: KEY })
    authority.delaysMs.push(1_000, 10)
    authority.holds = TIMEOUT
    const earlier = judge()
    authority.holds = NEWER_DENYING
    const later = judge()
    await clock.pass(1_000)
    expect((await later).result).toEqual(refusal(IP_DENIED))
    expect(await earlier).toMatchObject({ result: refusal(IP_DENIED), grace: undefined })
    expect(faults).toEqual([['authority', TIMEOUT]])
  })

  it('is not judged by an answer to an earlier question if its own question fails', async () => {
    const { judge, authority, clock } = await startCached({ holds: KEY })
    authority.grantsLeases = false
    authority.delaysMs.push(10, 1_000)
    const earlier = judge()
    authority.holds = TIMEOUT
    const later = judge()
    await clock.pass(1_000)
    expect((await earlier).result).toMatchObject(grantBy(3))
    expect((await later).result).toEqual(refusal(UNAVAILABLE))
  })

  it('never replaces an answer by one that was asked for earlier', async () => {
    const { judge, authority, clock, calls } = await startCached({ holds: KEY })
    authority.grantsLeases = false
    authority.delaysMs.push(20, 10)
    const earlier = judge()
    authority.holds = NEWER_DENYING
    const later = judge()
    await clock.pass(20)
    expect((await later).result).toEqual(refusal(IP_DENIED))
    expect((await earlier).result).toMatchObject(grantBy(3))
    calls.length = 0
    await judge()
    expect(calls).toEqual(['ask about 4, lease 1000'])
  })

  it('replaces it by one that was asked for later, whatever revision that has', async () => {
    const { judge, authority, clock, calls } = await startCached({ holds: NEWER_DENYING })
    authority.grantsLeases = false
    authority.delaysMs.push(10, 20)
    const earlier = judge()
    authority.holds = { ...KEY, revision: 4 }
    const later = judge()
    await clock.pass(20)
    expect((await earlier).result).toEqual(refusal(IP_DENIED))
    expect((await later).result).toMatchObject(grantBy(4))
    calls.length = 0
    expect((await judge()).result).toMatchObject(grantBy(4))
    expect(calls).toEqual(['ask about 4, lease 1000'])
  })
})
