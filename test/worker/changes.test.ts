// A change holds, whatever KV still says and whatever a restored database has forgotten.

import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { GATEWAY } from '../../harness/worker.ts'
import { apiKeys } from '../../src/db/schema/api-keys.ts'
import { type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({ gateways: { far: {} } })
})
afterAll(() => keys.rig.stop())
beforeEach(() => keys.rig.stores({ fault: 'none' }))
afterEach(() => keys.rig.upstream.reset())

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string
const ELSEWHERE = ['10.0.0.0/8']

/** A key that was used at the first gateway. */
async function usedKey(ipAcl?: string[]): Promise<OwnKey> {
  const key = await keys.newKey(ipAcl)
  await keys.use(key)
  keys.rig.upstream.reset()
  return key
}

/** KV holds the first record of a key, as if no change had reached it. */
async function putOldRecord({ lookupId, record }: OwnKey): Promise<void> {
  await keys.rig.stores({ put: [`key:${lookupId}`, record] })
}

describe('a change', () => {
  it.each([
    ['GET', GATEWAY],
    ['POST', GATEWAY],
    ['GET', 'far'],
    ['POST', 'far'],
  ])('holds for the next %s at %s, while KV holds the old record', async (method, at) => {
    const key = await usedKey()
    const deleted = await keys.call(key, 'DELETE')
    expect(deleted.json).toMatchObject({ enforcement: { effective_at: TIME } })
    await putOldRecord(key)
    const answer = await keys.use(key, { at, method })
    expect(answer.json).toMatchObject({ code: 'key_revoked' })
    if (method === 'POST') expect(keys.rig.upstream.received).toHaveLength(0)
  })

  it.each([GATEWAY, 'far'])('lets in at %s what an old record would turn away', async (at) => {
    const key = await usedKey(ELSEWHERE)
    expect((await keys.use(key)).json).toMatchObject({ code: 'ip_denied' })
    await keys.call(key, 'PATCH', { ip_acl: [] })
    await putOldRecord(key)
    expect((await keys.use(key, { at })).status).toBe(200)
  })

  it('is a success though KV is down, and reaches KV by itself', async () => {
    const key = await usedKey()
    await keys.rig.stores({ fault: 'throw on put' })
    const edited = await keys.call(key, 'PATCH', { ip_acl: ELSEWHERE })
    expect(edited.json).toMatchObject({
      enforcement_state: 'done',
      enforcement: { effective_at: TIME },
    })
    expect((await keys.call(key, 'GET')).json).toMatchObject({ enforcement_state: 'done' })
    expect((await keys.use(key)).json).toMatchObject({ code: 'ip_denied' })

    await keys.rig.stores({ fault: 'none' })
    await keys.rig.worker.runCron()
    const { values } = await keys.rig.stores()
    const value = values[`key:${key.lookupId}`] ?? ''
    expect(JSON.parse(value)).toMatchObject({ ip_acl: ELSEWHERE, revision: 2 })
  })

  it('of an account reaches all of its keys, though KV is down', async () => {
    const { rig } = keys
    const those = await keys.newKeys(12)
    await Promise.all(those.map((key) => keys.use(key)))
    rig.upstream.reset()
    await rig.stores({ fault: 'throw on put' })
    const path = `/accounts/${those[0]?.accountId}`
    const suspended = await rig.operator('PATCH', path, { status: 'suspended' })
    expect(suspended.json).toMatchObject({ enforcement: { effective_at: TIME } })
    for (const key of those) {
      const used = await keys.use(key, { method: 'POST' })
      expect(used.json).toMatchObject({ code: 'account_inactive' })
    }
    expect(rig.upstream.received).toHaveLength(0)
    await rig.operator('PATCH', path, { status: 'active' })
    for (const key of those) expect((await keys.use(key)).status).toBe(200)
  })
})

describe('a database that was restored from an older backup', () => {
  /** Puts a row back to what it was before `act`. */
  async function restore({ id }: OwnKey, act: () => Promise<unknown>): Promise<void> {
    const [row] = await keys.db.select().from(apiKeys).where(eq(apiKeys.id, id))
    if (row === undefined) throw new Error('There is no such row')
    await act()
    await keys.db.update(apiKeys).set(row).where(eq(apiKeys.id, id))
  }

  it('does not bring a deleted key back', async () => {
    const key = await usedKey()
    await restore(key, () => keys.call(key, 'DELETE'))
    const post = { method: 'POST' }
    expect((await keys.use(key, post)).json).toMatchObject({ code: 'key_revoked' })
    expect((await keys.call(key, 'GET')).status).toBe(200)
    const edited = await keys.call(key, 'PATCH', { ip_acl: [] })
    expect(edited.json).toMatchObject({ code: 'not_found' })
    expect((await keys.call(key, 'GET')).status).toBe(404)
    expect((await keys.call(key, 'DELETE')).status).toBe(200)
    for (const at of [GATEWAY, 'far'])
      expect((await keys.use(key, { ...post, at })).json).toMatchObject({ code: 'key_revoked' })
    expect(keys.rig.upstream.received).toHaveLength(0)
  })

  it('deletes again what is deleted already', async () => {
    const key = await usedKey()
    await restore(key, async () => {
      for (const network of ['10.0.0.0/8', '192.0.2.0/24', '198.51.100.0/24']) {
        await keys.call(key, 'PATCH', { ip_acl: [network] })
      }
      await keys.call(key, 'DELETE')
    })
    expect((await keys.call(key, 'DELETE')).status).toBe(200)
    const used = await keys.use(key, { method: 'POST' })
    expect(used.json).toMatchObject({ code: 'key_revoked' })
  })

  it('does not undo an edit, and takes the next one', async () => {
    const key = await usedKey()
    await restore(key, () => keys.call(key, 'PATCH', { ip_acl: ELSEWHERE }))
    for (const at of [GATEWAY, 'far'])
      expect((await keys.use(key, { at })).json).toMatchObject({ code: 'ip_denied' })
    const edited = await keys.call(key, 'PATCH', { ip_acl: ['192.0.2.0/24'] })
    expect(edited.json).toMatchObject({ enforcement_state: 'done' })
    for (const at of [GATEWAY, 'far']) expect((await keys.use(key, { at })).status).toBe(200)
  })
})
