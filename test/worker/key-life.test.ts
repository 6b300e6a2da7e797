// A key that ends by itself, and a key that is paused: true for the next request everywhere.

import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GATEWAY } from '../../harness/worker.ts'
import { apiKeys } from '../../src/db/schema/api-keys.ts'
import { auditEvents } from '../../src/db/schema/audit-events.ts'
import { tokens } from '../../src/db/schema/tokens.ts'
import { type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({ gateways: { far: {} } })
})
afterAll(() => keys.rig.stop())

const EVERYWHERE = [GATEWAY, 'far'].flatMap((at) =>
  ['GET', 'POST'].map((method) => ({ at, method })),
)
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()
const HOUR_MS = 60 * 60_000

async function expectEverywhere(key: OwnKey, status: number, code?: string) {
  for (const use of EVERYWHERE) {
    const answer = await keys.use(key, use)
    expect(answer.status, JSON.stringify(use)).toBe(status)
    if (code !== undefined) expect(answer.json).toMatchObject({ code })
  }
}

/** Nobody can wait a minute: the end of a key, set to what has passed. An edit brings it to the authority. */
async function expire(key: OwnKey): Promise<number> {
  const expiresAt = Date.now() - 1
  await keys.db
    .update(apiKeys)
    .set({ expiresAt, revision: sql`revision + 1`, revisedAt: Date.now() })
    .where(eq(apiKeys.id, key.id))
  expect((await keys.call(key, 'PATCH', { enabled: true })).status).toBe(200)
  return expiresAt
}

async function actionsOf(key: OwnKey) {
  return await keys.db
    .select({ action: auditEvents.action, actor: auditEvents.actor, changes: auditEvents.changes })
    .from(auditEvents)
    .where(eq(auditEvents.keyId, key.id))
    .orderBy(auditEvents.id)
}

describe('a paused key', () => {
  it('is key_disabled for the next request, and works again for the next one after', async () => {
    const key = await keys.newKey()
    for (const use of EVERYWHERE) await keys.use(key, use)
    const paused = await keys.call(key, 'PATCH', { enabled: false })
    expect(paused.json).toMatchObject({ enabled: false, enforcement_state: 'done', version: 2 })
    await expectEverywhere(key, 403, 'key_disabled')
    expect((await keys.use(key)).json).toMatchObject({ detail: expect.stringContaining('paused') })
    const resumed = await keys.call(key, 'PATCH', { enabled: true })
    expect(resumed.json).toMatchObject({ enabled: true })
    await expectEverywhere(key, 200)
    expect(await actionsOf(key)).toEqual([
      { action: 'key.disable', actor: 'customer', changes: { enabled: [true, false] } },
      { action: 'key.enable', actor: 'customer', changes: { enabled: [false, true] } },
    ])
  })

  it('stays paused while something else is edited', async () => {
    const key = await keys.newKey()
    await keys.call(key, 'PATCH', { enabled: false })
    const edited = await keys.call(key, 'PATCH', { ip_acl: ['192.0.2.0/24'] })
    expect(edited.json).toMatchObject({ enabled: false })
    await expectEverywhere(key, 403, 'key_disabled')
  })

  it('is not readable for a version that does not know pauses, which then answers 503', async () => {
    const key = await keys.newKey()
    const sealed = async () => {
      const columns = { sealedToken: apiKeys.sealedToken, lookupId: apiKeys.lookupId }
      return (await keys.db.select(columns).from(apiKeys).where(eq(apiKeys.id, key.id)))[0]
    }
    const before = await sealed()
    expect(before?.sealedToken).toEqual(expect.any(String))
    await keys.call(key, 'PATCH', { enabled: false })
    expect(await sealed()).toEqual({ sealedToken: null, lookupId: key.lookupId })
    await keys.call(key, 'PATCH', { enabled: true })
    expect(await sealed()).toEqual(before)
  })
})

describe('a key with an end', () => {
  it('works until then, and says so from 30 days before', async () => {
    const key = await keys.newKey()
    const later = await keys.call(key, 'PATCH', { expires_at: inMs(31 * 24 * HOUR_MS) })
    expect(later.status).toBe(200)
    expect((await keys.use(key)).headers['portal-key-expires']).toBeUndefined()
    const expiresAt = inMs(HOUR_MS)
    const edited = await keys.call(key, 'PATCH', { expires_at: expiresAt })
    expect(edited.json).toMatchObject({ expires_at: expiresAt })
    const used = await keys.use(key)
    expect(used.status).toBe(200)
    expect(used.headers['portal-key-expires']).toBe(new Date(expiresAt).toUTCString())
  })

  it('is key_expired from then on, and works again with a later end or none', async () => {
    const key = await keys.newKey()
    for (const use of EVERYWHERE) await keys.use(key, use)
    const expiresAt = await expire(key)
    await expectEverywhere(key, 401, 'key_expired')
    const refused = await keys.use(key)
    expect(refused.json['detail']).toContain(new Date(expiresAt).toISOString())
    expect(refused.headers['www-authenticate']).toContain('error="invalid_token"')
    const shown = await keys.call(key, 'GET')
    expect(shown.json).toMatchObject({ expires_at: new Date(expiresAt).toISOString() })
    await keys.call(key, 'PATCH', { expires_at: inMs(HOUR_MS) })
    await expectEverywhere(key, 200)
    await expire(key)
    await expectEverywhere(key, 401, 'key_expired')
    await keys.call(key, 'PATCH', { expires_at: null })
    await expectEverywhere(key, 200)
  })

  it('has one event of its end in the audit, by the gateway', async () => {
    const key = await keys.newKey()
    await expire(key)
    const ends = async () => (await actionsOf(key)).filter(({ action }) => action === 'key.expire')
    for (let run = 0; run < 2; run++) {
      await keys.rig.worker.runCron()
      expect(await ends()).toEqual([{ action: 'key.expire', actor: 'gateway', changes: {} }])
    }
  })

  it.each([
    ['soon', () => inMs(30_000), 'time_out_of_range'],
    ['past', () => inMs(-HOUR_MS), 'time_out_of_range'],
    ['eleven years ahead', () => inMs(11 * 366 * 24 * HOUR_MS), 'time_out_of_range'],
    ['without an offset', () => '2030-01-31T12:00:00', 'time_invalid'],
    ['a day alone', () => '2030-01-31', 'time_invalid'],
    ['no day of any month', () => '2030-02-30T12:00:00Z', 'time_invalid'],
    ['no time', () => 'tomorrow', 'time_invalid'],
  ])('cannot be %s', async (_, time, code) => {
    const key = await keys.newKey()
    const refused = await keys.call(key, 'PATCH', { expires_at: time() })
    expect(refused.status).toBe(422)
    expect(refused.json['errors']).toMatchObject([{ pointer: '/expires_at', code }])
  })

  it('is stored as the moment that its offset names', async () => {
    const key = await keys.newKey()
    const edited = await keys.call(key, 'PATCH', { expires_at: '2030-01-31T13:00:00+01:00' })
    expect(edited.json).toMatchObject({ expires_at: '2030-01-31T12:00:00.000Z' })
  })
})

it('a deletion leaves no token at rest', async () => {
  const key = await keys.newKey()
  const rowOf = () =>
    keys.db
      .select({ sealedToken: tokens.sealedToken, tokenKey: tokens.tokenKey })
      .from(tokens)
      .where(eq(tokens.keyId, key.id))
  expect(await rowOf()).toEqual([
    { sealedToken: expect.any(String) as string, tokenKey: expect.any(String) as string },
  ])
  expect((await keys.call(key, 'DELETE')).status).toBe(200)
  expect(await rowOf()).toEqual([{ sealedToken: null, tokenKey: null }])
  await expectEverywhere(key, 401, 'key_revoked')
})
