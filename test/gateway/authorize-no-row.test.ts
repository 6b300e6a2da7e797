// A token that this gateway issued, of which libSQL has no row: the key was deleted, or its row is to come back.

import { describe, expect, it } from 'vitest'
import { start } from './authorization.ts'
import { ALLOWING, grantBy, KEY, refusal, REVOKED } from './samples.ts'

const REFUSED_AT_ONCE = { result: refusal(REVOKED), isImmediate: true }

describe('authorize() without a row', () => {
  it('refuses, and tells the authority nothing', async () => {
    const { judge, calls } = start({ holds: null, row: null })
    expect((await judge()).result).toEqual(refusal(REVOKED))
    expect(calls).toEqual(['ask', 'kv lookup-1', 'row lookup-1'])
  })

  it('refuses for a second without asking anybody', async () => {
    const { judge, judgeAfterKv, clock, calls } = start({ kv: ALLOWING, holds: null, row: null })
    expect(await judgeAfterKv()).toMatchObject({ result: refusal(REVOKED), mayBeSentOn: true })
    calls.length = 0
    await clock.pass(999)
    expect(await judge()).toMatchObject(REFUSED_AT_ONCE)
    expect(calls).toEqual([])
  })

  it('then asks the authority and libSQL again, and sends nothing on before', async () => {
    const { judge, clock, calls } = start({ kv: ALLOWING, holds: null, row: null })
    await judge()
    calls.length = 0
    await clock.pass(1_000)
    expect(await judge()).toMatchObject({ result: refusal(REVOKED), mayBeSentOn: false })
    expect(calls).toEqual(['ask about 0, lease 1000', 'row lookup-1'])
  })

  it('lets in a key whose row has come back, a second later', async () => {
    const { judge, authority, clock } = start({ holds: null, row: null })
    await judge()
    authority.holds = KEY
    expect(await judge()).toMatchObject(REFUSED_AT_ONCE)
    await clock.pass(1_000)
    expect((await judge()).result).toMatchObject(grantBy(3))
  })

  it.each([
    ['stands still', 0],
    ['is set back', -3_600_000],
  ])('refuses for no longer if the clock %s', async (_, jumpMs) => {
    const { judge, authority, clock } = start({ holds: null, row: null })
    await judge()
    authority.holds = KEY
    clock.jump(jumpMs)
    await clock.passFrozen(1_000)
    expect((await judge()).result).toMatchObject(grantBy(3))
  })
})
