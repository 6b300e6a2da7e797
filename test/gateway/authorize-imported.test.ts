// Credentials that may be tokens of imported keys: only the stores know.

import { describe, expect, it } from 'vitest'
import { ABSENT_MS, LOOKS } from '../../src/gateway/unknown-tokens.ts'
import { createRefusalResponse } from '../../src/gateway/refusal-response.ts'
import { start } from './authorization.ts'
import { CLIENT, FAULT, grantBy, KEY, refusal, REVOKED, UNAVAILABLE } from './samples.ts'

const INVALID = { reason: 'key_invalid' }
const THROTTLED = { reason: 'throttled', retryAfterSeconds: 1 }
/** What a look into the stores costs that finds nothing. */
const LOOK = (token: string) => ['ask', `kv id of ${token}`, `row id of ${token}`]

const sent = (token: string, client = CLIENT) => ({
  Authorization: `Token ${token}`,
  'CF-Connecting-IP': client,
})

describe('authorizeToken(), a token of an imported key', () => {
  it('lets it in by the row, and by a lease from the second question on', async () => {
    const { judge, calls, clock } = start({ holds: null, row: KEY, headers: sent('old_1') })
    expect((await judge()).result).toMatchObject(grantBy(3))
    expect(calls).toEqual([...LOOK('old_1'), 'seed 3 word-1'])
    calls.length = 0
    await clock.pass(100)
    expect((await judge()).result).toMatchObject(grantBy(3))
    expect(calls).toEqual(['ask about 3, lease 1000'])
    await clock.pass(100)
    expect(await judge()).toMatchObject({ result: grantBy(3), isImmediate: true })
  })

  it('judges it as any other', async () => {
    const paused = start({ holds: { ...KEY, enabled: false }, headers: sent('old_1') })
    const disabled = refusal({ reason: 'key_disabled', isLeaked: false })
    expect((await paused.judge()).result).toEqual(disabled)
    expect(paused.outcomes).toEqual(['key_disabled'])
  })

  it('refuses it as no key of this service once its row is gone', async () => {
    const { judge, authority, clock } = start({ holds: KEY, row: null, headers: sent('old_1') })
    expect((await judge()).result).toMatchObject(grantBy(3))
    authority.holds = null
    await clock.pass(10_000)
    expect((await judge()).result).toEqual(refusal(INVALID))
  })

  it('says that it is revoked where its authority says so', async () => {
    const gone = { kind: 'tombstone', revision: 4, keyId: 'key_1', replacedAtMs: null } as const
    const { judge } = start({ holds: gone, headers: sent('old_1') })
    expect((await judge()).result).toEqual(refusal(REVOKED))
    expect(await judge()).toMatchObject({ result: refusal(REVOKED), isImmediate: true })
  })
})

describe('authorizeToken(), a token that nobody knows', () => {
  it('costs one look in ten seconds, and counts with no key', async () => {
    const { judge, calls, clock, outcomes } = start({
      holds: null,
      row: null,
      headers: sent('old_1'),
    })
    expect((await judge()).result).toEqual(refusal(INVALID))
    expect(calls).toEqual(LOOK('old_1'))
    await clock.pass(ABSENT_MS - 1)
    expect(await judge()).toMatchObject({ result: refusal(INVALID), isImmediate: true })
    expect(calls).toEqual(LOOK('old_1'))
    await clock.pass(1)
    await judge()
    expect(calls).toEqual([...LOOK('old_1'), ...LOOK('old_1')])
    expect(outcomes).toEqual([])
  })

  it('works ten seconds after it was imported', async () => {
    const { judge, authority, clock } = start({ holds: null, row: null, headers: sent('old_1') })
    await judge()
    authority.holds = KEY
    await clock.pass(ABSENT_MS)
    expect((await judge()).result).toMatchObject(grantBy(3))
  })

  it('costs one look where many come with it at the same time', async () => {
    const { judge, calls, clock, authority } = start({
      holds: null,
      row: null,
      headers: sent('old_1'),
    })
    authority.delaysMs.push(50)
    const judged = Promise.all(Array.from({ length: 30 }, () => judge()))
    await clock.pass(200)
    for (const { result } of await judged) expect(result).toEqual(refusal(INVALID))
    expect(calls).toEqual(LOOK('old_1'))
  })

  it('is looked for to the end though its client goes away, since others wait for that', async () => {
    const { judge, clock, authority, unknownTokens, finishKept } = start({
      holds: null,
      row: null,
      headers: sent('old_1'),
    })
    authority.delaysMs.push(50)
    void judge()
    expect(unknownTokens.isLookedFor('id of old_1')).toBe(true)
    const looked = finishKept().then(() => unknownTokens.isLookedFor('id of old_1'))
    await clock.pass(50)
    expect(await looked).toBe(false)
  })

  it('is an outage if a store cannot be asked, and is then looked for again', async () => {
    const { judge, authority, calls } = start({ holds: FAULT, row: null, headers: sent('old_1') })
    expect((await judge()).result).toEqual(refusal(UNAVAILABLE))
    authority.holds = null
    calls.length = 0
    expect((await judge()).result).toEqual(refusal(INVALID))
    expect(calls).toEqual(LOOK('old_1'))
  })

  it('slows an address that sends many, and no other', async () => {
    const { judge, calls, clock } = start({ holds: null, row: null })
    const results: unknown[] = []
    for (let i = 0; i < 100; i++) results.push((await judge(sent(`old_${i}`))).result)
    expect(results.slice(0, LOOKS.atOnce)).toEqual(
      Array.from({ length: LOOKS.atOnce }, () => refusal(INVALID)),
    )
    expect(results.slice(LOOKS.atOnce)).toEqual(
      Array.from({ length: 100 - LOOKS.atOnce }, () => refusal(THROTTLED)),
    )
    expect(calls).toHaveLength(3 * LOOKS.atOnce)
    expect((await judge(sent('old_0'))).result).toEqual(refusal(INVALID)) // known to be none
    expect((await judge(sent('old_x', '203.0.113.8'))).result).toEqual(refusal(INVALID))
    calls.length = 0
    await clock.pass(10_000)
    for (let i = 0; i < 100; i++) await judge(sent(`old_${i}.`))
    expect(calls).toHaveLength(3 * LOOKS.atOnce)
    calls.length = 0
    await clock.pass(3_000)
    for (let i = 0; i < 100; i++) await judge(sent(`old_${i}..`))
    expect(calls).toHaveLength(3 * LOOKS.perSecond * 3)
  })

  it('slows the networks of one owner together, and unreadable addresses', async () => {
    const clients = [
      (i: number) => `2001:db8:0:${(i % 256).toString(16)}::1`,
      (i: number) => `x${i}`,
    ]
    for (const client of clients) {
      const { judge, calls } = start({ holds: null, row: null })
      for (let i = 0; i < 100; i++) await judge(sent(`old_${i}`, client(i)))
      expect(calls).toHaveLength(3 * LOOKS.atOnce)
    }
  })

  it('does not slow an address for what is found, or for an outage', async () => {
    for (const holds of [KEY, FAULT]) {
      const { judge, faults } = start({ holds })
      for (let i = 0; i < 3 * LOOKS.atOnce; i++) {
        const { result } = await judge(sent(`old_${i}`))
        expect(result).not.toEqual(refusal(THROTTLED))
      }
      expect(faults).toHaveLength(holds === KEY ? 0 : 3 * LOOKS.atOnce)
    }
  })

  it('does not push records out of the cache', async () => {
    const { judge, authority, calls } = start({ holds: KEY, row: null })
    await judge()
    await judge()
    authority.holds = null
    for (let i = 0; i < 15; i++) await judge(sent(`old_${i}`))
    calls.length = 0
    expect(await judge()).toMatchObject({ result: grantBy(3), isImmediate: true })
    expect(calls).toEqual([])
  })
})

describe('the refusal of an address that is slowed', () => {
  it('says how long to wait', async () => {
    const respond = createRefusalResponse('/admin/errors/')
    for (const seconds of [1, 2]) {
      const answer = respond({ reason: 'throttled', retryAfterSeconds: seconds }, 'r' as never)
      expect(answer.status).toBe(429)
      expect(answer.headers.get('Retry-After')).toBe(String(seconds))
      expect(await answer.json()).toMatchObject({
        code: 'throttled',
        detail: expect.stringContaining(`Wait ${seconds} second`) as string,
      })
    }
  })
})
