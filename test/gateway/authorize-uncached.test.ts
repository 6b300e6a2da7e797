import { describe, expect, it } from 'vitest'
import { type Situation, start } from './authorization.ts'
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

const ASKED = ['ask', 'kv lookup-1']

describe('authorize() without a cached record', () => {
  it('asks KV and the authority at the same time', async () => {
    const { judgeAfterKv, calls } = start({ kv: KEY, holds: KEY })
    const judged = judgeAfterKv()
    expect(calls).toEqual(ASKED)
    expect(await judged).toMatchObject({ result: grantBy(3), mayBeSentOn: true })
    expect(calls).toEqual(ASKED)
  })

  it.each([
    ['KV has no record', null, []],
    ['KV fails', FAULT, [['kv_read', FAULT]]],
  ])('goes by the authority alone if %s', async (_, kv, logged) => {
    const granted = start({ kv, holds: ALLOWING })
    expect(await granted.judge()).toMatchObject({ result: grantBy(3), mayBeSentOn: false })
    expect(granted.calls).toEqual(ASKED)
    expect(granted.faults).toEqual(logged)
    const refused = start({ kv, holds: DENYING })
    expect((await refused.judge()).result).toEqual(refusal(IP_DENIED))
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
  ])('confirms no grant by a record in KV against %s', async (_, holds, error) => {
    const { judgeAfterKv } = start({ kv: ALLOWING, holds })
    expect(await judgeAfterKv()).toMatchObject({ result: refusal(error), mayBeSentOn: true })
  })

  it('refuses nobody by a record in KV', async () => {
    for (const kv of [DENYING, SUSPENDED, { ...GONE, revision: 2 }]) {
      const { judge } = start({ kv, holds: NEWER_ALLOWING })
      expect(await judge()).toMatchObject({ result: grantBy(4), mayBeSentOn: false })
    }
  })

  it('grants the key that the authority names, whatever KV says', async () => {
    const kv = { ...ALLOWING, accountId: 'acc_2', keyId: 'key_2' }
    const { judge } = start({ kv, holds: ALLOWING })
    const key = { accountId: 'acc_1', keyId: 'key_1' }
    expect((await judge()).result).toMatchObject({ ok: true, value: { key } })
  })

  it('keeps what the authority said, not what KV said', async () => {
    const { judge, calls } = start({ kv: DENYING, holds: NEWER_ALLOWING })
    await judge()
    calls.length = 0
    expect((await judge()).result).toMatchObject(grantBy(4))
    expect(calls).toEqual(['ask about 4, lease 1000'])
  })

  it('keeps nothing that KV shows to be older than what there is', async () => {
    const { judge, authority, clock } = start({
      kv: NEWER_DENYING,
      holds: KEY,
      row: NEWER_DENYING,
    })
    authority.delaysMs.push(10, 10)
    const judged = judge()
    await clock.pass(10)
    expect((await judge()).result).toEqual(refusal(IP_DENIED))
    await clock.pass(10)
    expect((await judged).result).toEqual(refusal(IP_DENIED))
  })

  it('is unavailable, and asks libSQL nothing, if the authority cannot be asked', async () => {
    for (const kv of [ALLOWING, DENYING, null, FAULT]) {
      const { judge, calls, faults } = start({ kv, holds: TIMEOUT, row: ALLOWING })
      expect((await judge()).result).toEqual(refusal(UNAVAILABLE))
      expect(calls).toEqual(ASKED)
      expect(faults).toContainEqual(['authority', TIMEOUT])
    }
  })
})

describe('authorize(), an authority behind the record in KV', () => {
  it.each([
    ['an older record', NEWER_ALLOWING, 'ask about 4'],
    ['a tombstone', GONE, 'ask about 4'],
  ])('leads to libSQL: %s', async (_, kv, again) => {
    const { judge, calls } = start({ kv, holds: KEY, row: NEWER_ALLOWING })
    expect((await judge()).result).toMatchObject(grantBy(4))
    expect(calls).toEqual([...ASKED, again, 'row lookup-1', 'seed 4 word-1'])
  })

  it('is judged by what libSQL says, whatever KV says', async () => {
    const started = start({ kv: NEWER_ALLOWING, holds: KEY, row: NEWER_DENYING })
    const judged = await started.judgeAfterKv()
    expect(judged).toMatchObject({ result: refusal(IP_DENIED), mayBeSentOn: true })
    const gone = start({ kv: NEWER_ALLOWING, holds: KEY, row: GONE })
    expect((await gone.judge()).result).toEqual(refusal(REVOKED))
  })

  it.each([
    ['as old', ALLOWING],
    ['older', { ...ALLOWING, revision: 2 }],
  ])('is not seen in a record in KV that is %s', async (_, kv) => {
    const { judge, calls } = start({ kv, holds: KEY, row: NEWER_DENYING })
    expect((await judge()).result).toMatchObject(grantBy(3))
    expect(calls).toEqual(ASKED)
  })
})

describe('authorize(), an authority that holds nothing', () => {
  it('leads to libSQL, and is told what that says', async () => {
    for (const kv of [null, FAULT, DENYING]) {
      const { judge, calls } = start({ kv, holds: null, row: NEWER_ALLOWING })
      expect((await judge()).result).toMatchObject(grantBy(4))
      expect(calls).toEqual([...ASKED, 'row lookup-1', 'seed 4 word-1'])
    }
  })

  it.each([
    ['a tighter ACL', { ...DENYING, revision: 9, tag: 'x' }, IP_DENIED],
    ['a tombstone', { ...GONE, tag: 'x' }, REVOKED],
  ])('is judged by what the authority then holds: %s', async (_, holdsInstead, error) => {
    const { judge, authority } = start({ holds: null, row: ALLOWING })
    authority.holdsInstead = holdsInstead
    expect((await judge()).result).toEqual(refusal(error))
  })

  it('is judged by libSQL if the authority holds the form of a later version', async () => {
    const { judge, authority } = start({ holds: null, row: DENYING })
    authority.holdsInstead = { kind: 'unreadable', revision: 9 }
    expect((await judge()).result).toEqual(refusal(IP_DENIED))
  })

  it('is unavailable if libSQL fails: that is no deleted key', async () => {
    for (const kv of [null, ALLOWING]) {
      const { judge, faults } = start({ kv, holds: null, row: FAULT })
      expect((await judge()).result).toEqual(refusal(UNAVAILABLE))
      expect(faults).toEqual([['libsql', FAULT]])
    }
  })

  it('is unavailable if the authority takes no seed', async () => {
    const { judge, authority, faults } = start({ holds: null, row: ALLOWING })
    const judged = judge()
    authority.holds = TIMEOUT
    expect((await judged).result).toEqual(refusal(UNAVAILABLE))
    expect(faults).toEqual([['authority', TIMEOUT]])
  })
})

describe('authorize(), a tombstone', () => {
  it('is final: nobody is asked any more', async () => {
    for (const kv of [null, KEY, GONE] satisfies Situation['kv'][]) {
      const { judge, authority, clock, calls } = start({ kv, holds: GONE })
      expect((await judge()).result).toEqual(refusal(REVOKED))
      calls.length = 0
      authority.holds = { ...KEY, revision: 9 }
      await clock.pass(1e12)
      expect(await judge()).toMatchObject({ result: refusal(REVOKED), isImmediate: true })
      expect(calls).toEqual([])
    }
  })

  it('is not replaced by the answer to a later question', async () => {
    const { judge, authority, clock } = start({ holds: GONE })
    authority.delaysMs.push(10, 20)
    const first = judge()
    authority.holds = { ...KEY, revision: 9 } // no authority does that
    const second = judge()
    await clock.pass(20)
    expect((await first).result).toEqual(refusal(REVOKED))
    expect((await second).result).toMatchObject(grantBy(9))
    expect(await judge()).toMatchObject({ result: refusal(REVOKED), isImmediate: true })
  })
})
