// What is sent on before the authority has answered. `end` among the calls ends it.

import { describe, expect, it } from 'vitest'
import { toStored } from '../../src/keys/stored-record.ts'
import { start, startCached } from './authorization.ts'
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
  TIMEOUT,
} from './samples.ts'

describe('a request that may be sent on by the record in KV', () => {
  it.each([
    ['holds a record', KEY, null],
    ['holds nothing', null, null],
    ['holds what is unconfirmed', null, NEWER_DENYING],
    ['cannot be asked', TIMEOUT, null],
  ])('is not, once the authority has answered: it %s', async (_, holds, unconfirmed) => {
    const { judge, authority } = start({ kv: ALLOWING, holds, row: ALLOWING })
    authority.unconfirmed = unconfirmed
    expect((await judge()).mayBeSentOn).toBe(false)
  })

  it('ends before libSQL is asked, if an unconfirmed record refuses it', async () => {
    const { judgeAfterKv, authority, calls } = start({
      kv: ALLOWING,
      holds: null,
      row: NEWER_DENYING,
    })
    authority.unconfirmed = NEWER_DENYING
    expect(await judgeAfterKv()).toMatchObject({ result: refusal(IP_DENIED), mayBeSentOn: true })
    expect(calls).toEqual(['ask', 'kv lookup-1', 'end', 'row lookup-1', 'seed 4 word-1'])
  })

  it.each([
    ['an unconfirmed record lets it in', NEWER_ALLOWING],
    ['nobody knows better than KV', null],
  ])('goes on while libSQL is asked, if %s', async (_, unconfirmed) => {
    const { judgeAfterKv, authority, calls } = start({
      kv: ALLOWING,
      holds: null,
      row: NEWER_ALLOWING,
    })
    authority.unconfirmed = unconfirmed
    expect(await judgeAfterKv()).toMatchObject({ result: grantBy(4), mayBeSentOn: true })
    expect(calls).not.toContain('end')
  })

  it('is let in all the same, if libSQL knows a later change that the authority has lost', async () => {
    const row = { ...ALLOWING, revision: 5 }
    const { judgeAfterKv, authority, calls } = start({ kv: ALLOWING, holds: null, row })
    authority.unconfirmed = NEWER_DENYING
    expect((await judgeAfterKv()).result).toMatchObject(grantBy(5))
    expect(calls).toContain('end')
  })

  it('is judged by the unconfirmed record, if libSQL has lost the row', async () => {
    const refused = start({ kv: ALLOWING, holds: null, row: null })
    refused.authority.unconfirmed = NEWER_DENYING
    expect((await refused.judgeAfterKv()).result).toEqual(refusal(IP_DENIED))
    const granted = start({ kv: DENYING, holds: null, row: null })
    granted.authority.unconfirmed = NEWER_ALLOWING
    expect((await granted.judge()).result).toMatchObject(grantBy(4))
  })

  it('is judged by the unconfirmed record, if the authority takes no row in its place', async () => {
    const lineage = { changeId: '6.a', ancestors: ['3.a', '5.a'], heldRevision: 3 }
    const row = { ...ALLOWING, revision: 6 }
    const { judge, authority, calls } = start({ kv: ALLOWING, holds: null, row, lineage })
    authority.unconfirmed = NEWER_DENYING
    authority.holdsInstead = toStored(NEWER_DENYING)
    expect((await judge()).result).toMatchObject(refusal(IP_DENIED))
    expect(calls).toContain('seed 6 word-1 of 6.a')
  })
})

describe('a request that may be sent on by a cached record', () => {
  it('ends before libSQL is asked, if an unconfirmed record refuses it', async () => {
    for (const unconfirmed of [NEWER_DENYING, GONE]) {
      const { judge, authority, calls } = await startCached({ holds: ALLOWING, row: FAULT })
      authority.holds = null
      authority.unconfirmed = unconfirmed
      expect((await judge()).mayBeSentOn).toBe(true)
      expect(calls).toEqual(['ask about 3', 'end', 'row lookup-1'])
    }
  })
})
