// Which key a token belongs to, for its owner alone.

import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokens } from '../../src/db/schema/tokens.ts'
import { type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({ gateways: {} })
})
afterAll(() => keys.rig.stop())

const find = (owner: OwnKey, token: unknown) =>
  keys.call({ ...owner, id: 'find' }, 'POST', { token })

describe('POST /keys/find', () => {
  it('names the key of a token', async () => {
    const key = await keys.newKey()
    const found = await find(key, key.token)
    expect(found.status).toBe(200)
    expect(found.json).toEqual({ key_id: key.id, token: 'current' })
  })

  it.each([
    ['old', { replacedAt: 1, endsAt: 2 }],
    ['ended', { replacedAt: 1, endsAt: 2, endedAt: 2 }],
  ])('tells a token that is %s', async (token, change) => {
    const key = await keys.newKey()
    await keys.db.update(tokens).set(change).where(eq(tokens.lookupId, key.lookupId))
    expect((await find(key, key.token)).json).toEqual({ key_id: key.id, token })
  })

  it('is 404 for every other string', async () => {
    const [key, other, deleted] = [await keys.newKey(), await keys.newKey(), await keys.newKey()]
    await keys.call(deleted, 'DELETE')
    const last = key.token.endsWith('0') ? '1' : '0'
    for (const [owner, token] of [
      [key, other.token],
      [deleted, deleted.token],
      [key, key.token.slice(0, -1) + last],
      [key, ` ${key.token}`],
      [key, ''],
    ] as const) {
      const found = await find(owner, token)
      expect(found.status, token).toBe(404)
      expect(found.json).toMatchObject({ code: 'not_found' })
    }
  })

  it('takes nothing but a string', async () => {
    const key = await keys.newKey()
    expect((await find(key, 7)).status).toBe(422)
    expect((await find(key, undefined)).status).toBe(422)
  })
})
