// Rotations whose answer was lost, or that race another change: the outcome is one of the two orders, and holds.

import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { jsonCall } from '../../harness/customer.ts'
import type { HttpAnswer } from '../../harness/http.ts'
import { tokens } from '../../src/db/schema/tokens.ts'
import { PASSWORD } from '../edge/fixtures.ts'
import { type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({ gateways: { far: {} } })
})
afterAll(() => keys.rig.stop())
afterEach(() => keys.rig.authorities({ fault: 'none' }))

const path = '/rotation'
const end = (key: OwnKey, query = '') => keys.call(key, 'DELETE', undefined, { path: path + query })

function rotate(key: OwnKey, idempotencyKey?: string, overlap_seconds = 3_600) {
  const url = `${keys.rig.url}/admin/api/v1/keys/${key.id}/rotation`
  const headers = idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }
  const body = { password: PASSWORD, overlap_seconds }
  return jsonCall(url, 'POST', body, { Cookie: key.cookie, ...headers })
}

const tokenOf = ({ json }: HttpAnswer) => String(json['access_token'])

async function verdict(key: OwnKey, token = key.token): Promise<string> {
  const answers = await Promise.all(
    ['far', undefined].map((at) => keys.use({ ...key, token }, at === undefined ? {} : { at })),
  )
  const codes = answers.map((each) => (each.status === 200 ? 'let in' : String(each.json['code'])))
  expect(new Set(codes).size).toBe(1)
  return codes[0] ?? ''
}

/** The key's tokens that have not ended. */
async function liveTokens(key: OwnKey) {
  const rows = await keys.db.select().from(tokens).where(eq(tokens.keyId, key.id))
  return rows.filter(({ endedAt }) => endedAt === null)
}

describe('a repeated rotation', () => {
  it('answers the same token again, with the same Idempotency-Key and body', async () => {
    const key = await keys.newKey()
    const first = await rotate(key, 'one')
    const second = await rotate(key, 'one')
    expect([first.status, second.status]).toEqual([201, 201])
    expect(tokenOf(second)).toBe(tokenOf(first))
    expect(second.json['rotation']).toEqual(first.json['rotation'])
    const other = await rotate(key, 'one', 60)
    expect(other.json).toMatchObject({ code: 'idempotency_mismatch' })
    expect(await liveTokens(key)).toHaveLength(2)
  })

  it('makes one token of requests that are sent at once', async () => {
    const key = await keys.newKey()
    const answers = await Promise.all([1, 2, 3, 4].map(() => rotate(key, 'same')))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    expect(new Set(answers.map(tokenOf)).size).toBe(1)
    expect(await liveTokens(key)).toHaveLength(2)
  })

  it('finishes one that could not be enforced', async () => {
    const key = await keys.newKey()
    await keys.use(key)
    await keys.rig.authorities({ fault: 'unreachable' })
    expect((await rotate(key, 'late', 0)).json).toMatchObject({ code: 'enforcement_pending' })
    await keys.rig.authorities({ fault: 'none' })
    const again = await rotate(key, 'late', 0)
    expect(again.status).toBe(201)
    expect(await verdict(key)).toBe('key_replaced')
    expect(await verdict(key, tokenOf(again))).toBe('let in')
  })
})

it('an end that could not be enforced is finished by the same request', async () => {
  const key = await keys.newKey()
  const fresh = tokenOf(await rotate(key))
  await keys.use(key)
  await keys.rig.authorities({ fault: 'unreachable' })
  expect((await end(key)).json).toMatchObject({ code: 'enforcement_pending' })
  await keys.rig.authorities({ fault: 'none' })
  expect((await end(key)).status).toBe(200)
  expect(await verdict(key)).toBe('key_replaced')
  expect(await verdict(key, fresh)).toBe('let in')
  expect((await end(key)).status).toBe(404)
})

describe('at the same time', () => {
  it('of two rotations one is made', async () => {
    const key = await keys.newKey()
    const answers = await Promise.all([rotate(key), rotate(key)])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]))
    expect(await liveTokens(key)).toHaveLength(2)
  })

  it('a deletion ends every token', async () => {
    for (let i = 0; i < 4; i++) {
      const key = await keys.newKey()
      await keys.use(key)
      const [rotated, deleted] = await Promise.all([rotate(key), keys.call(key, 'DELETE')])
      expect(deleted.status).toBe(200)
      expect(await verdict(key)).toBe('key_revoked')
      if (rotated.status === 201) {
        expect(await verdict(key, tokenOf(rotated))).toBe('key_revoked')
      } else {
        expect(rotated.status).toBe(404)
      }
    }
  })

  it('an edit holds for both tokens', async () => {
    const key = await keys.newKey()
    await keys.use(key)
    const edit = { ip_acl: ['10.0.0.0/8'] }
    const [rotated, edited] = await Promise.all([rotate(key), keys.call(key, 'PATCH', edit)])
    expect([rotated.status, edited.status]).toEqual([201, 200])
    expect(await verdict(key)).toBe('ip_denied')
    expect(await verdict(key, tokenOf(rotated))).toBe('ip_denied')
  })

  it('a suspension holds for both tokens', async () => {
    const key = await keys.newKey()
    await keys.use(key)
    const suspend = { status: 'suspended' }
    const [rotated, suspended] = await Promise.all([
      rotate(key),
      keys.rig.operator('PATCH', `/accounts/${key.accountId}`, suspend),
    ])
    expect(suspended.status).toBe(200)
    expect(await verdict(key)).toBe('account_inactive')
    if (rotated.status === 201) {
      expect(await verdict(key, tokenOf(rotated))).toBe('account_inactive')
    } else {
      expect(rotated.json).toMatchObject({ code: 'account_suspended' })
    }
  })

  it('of an end and its opposite one holds', async () => {
    for (let i = 0; i < 4; i++) {
      const key = await keys.newKey()
      const fresh = tokenOf(await rotate(key))
      await Promise.all([keys.use(key), keys.use({ ...key, token: fresh })])
      const answers = await Promise.all([end(key), end(key, '?keep=old')])
      expect(answers.map(({ status }) => status)).toContain(200)
      const verdicts = [await verdict(key), await verdict(key, fresh)]
      expect(verdicts.toSorted()).toEqual(['key_replaced', 'let in'])
      expect(await liveTokens(key)).toHaveLength(1)
    }
  })
})
