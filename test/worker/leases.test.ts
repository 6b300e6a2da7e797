// A key in use is judged by a lease, and its authority is asked now and then. What it is asked is counted on the
// way.

import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { apiKeys } from '../../src/db/schema/api-keys.ts'
import type { AuthorityCall } from '../support/authority-sim.ts'
import {
  DENIED,
  type KeysInUse,
  type OwnKey,
  startKeysInUse,
  type Use,
} from '../support/keys-in-use.ts'

/** The longest there is. The lease must run while a test of it runs, on a busy machine too. */
const LEASE_MS = 5_000
const BRIEF_LEASE_MS = 100
/** A test that took longer than this may have seen the end of a lease, or a report of denials, and is repeated. */
const CERTAIN_MS = 1_500

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({
    variables: { LEASE_MS: String(LEASE_MS), AUTHORITY_TIMEOUT_MS: '10000' },
    gateways: { brief: { LEASE_MS: String(BRIEF_LEASE_MS) }, unleased: { LEASE_MS: '0' } },
  })
})
afterAll(() => keys.rig.stop())
afterEach(async () => {
  await keys.rig.authorities({ fault: 'none' })
  await keys.rig.stores({ fault: 'none' })
  keys.rig.upstream.reset()
})

/** Uses a key several times while a lease certainly runs. Answers the statuses, and what the authority was asked. */
async function useWhileLeased(key: OwnKey, leasedBy: Use, use: Use) {
  for (;;) {
    const askedMs = await keys.lease(key, leasedBy)
    const before = (await keys.callsOf(key)).length
    const statuses: number[] = []
    while (statuses.length < 3) statuses.push((await keys.use(key, use)).status)
    const calls = (await keys.callsOf(key)).slice(before)
    if (Date.now() - askedMs < CERTAIN_MS) return { statuses, calls }
  }
}

const isQuestion = ({ method }: AuthorityCall) => method === 'fetch'

describe('a key in use', () => {
  it.each(['GET', 'POST'])('is let in without a call to its authority: %s', async (method) => {
    const key = await keys.newKey(['192.0.2.0/24'])
    const { statuses, calls } = await useWhileLeased(key, {}, { method })
    expect(statuses).toEqual([200, 200, 200])
    expect(calls).toEqual([])
  })

  it.each(['GET', 'POST'])('is refused without a call to its authority: %s', async (method) => {
    const key = await keys.newKey(['192.0.2.0/24'])
    const denied = { method, address: DENIED }
    const { statuses, calls } = await useWhileLeased(key, denied, denied)
    expect(statuses).toEqual([403, 403, 403])
    expect(calls).toEqual([])
    expect(keys.rig.upstream.received).toHaveLength(0)
  })

  it('needs neither KV nor libSQL', async () => {
    const key = await keys.newKey()
    await keys.use(key)
    const { kvGets } = await keys.rig.stores({ fault: 'throw' })
    keys.rig.libsql.set('closed')
    expect((await keys.use(key)).status).toBe(200)
    keys.rig.libsql.set('open')
    expect((await keys.rig.stores()).kvGets).toBe(kvGets)
  })

  it('has its lease renewed in the background', async () => {
    const key = await keys.newKey()
    const isRunning = (askedMs: number) => Date.now() - askedMs < LEASE_MS - 1_000
    const isHeld = ({ answered }: AuthorityCall) => !answered
    let renewing = false
    while (!renewing) {
      await keys.rig.authorities({ fault: 'none' })
      const askedMs = await keys.lease(key)
      await keys.rig.authorities({ fault: 'held' })
      while (!renewing && isRunning(askedMs)) {
        const { status } = await keys.use(key)
        if (isRunning(askedMs)) expect(status).toBe(200)
        renewing = isRunning(askedMs) && (await keys.callsOf(key)).some(isHeld)
      }
    }
    const [renewal, ...others] = (await keys.callsOf(key)).filter(isHeld)
    expect(others).toEqual([])
    expect(renewal).toMatchObject({ method: 'fetch', wantedMs: LEASE_MS })
    await keys.rig.authorities({ fault: 'none' })
    const newest = async () => (await keys.callsOf(key)).at(-1)
    await expect.poll(newest).toMatchObject({ answered: true, grantedMs: LEASE_MS })
  })

  it('reports who is not on its IP ACL with a question that it asks', async () => {
    const key = await keys.newKey(['192.0.2.0/24'])
    await keys.lease(key)
    const uses = Array.from({ length: 5 }, () => keys.use(key, { address: DENIED }))
    for (const { status } of await Promise.all(uses)) expect(status).toBe(403)
    const denials = async () =>
      (await keys.call(key, 'GET', undefined, { path: '/denials' })).json['denials']
    await expect.poll(denials).toMatchObject([{ address: DENIED, count: 5, enforced: true }])
    const reports = (await keys.callsOf(key)).filter((call) => call.denials > 0)
    expect(reports.every(isQuestion)).toBe(true)
  })
})

describe('a key that is used now and then', () => {
  it('gets no lease, and its change waits for nothing', async () => {
    const [key, other] = [await keys.newKey(), await keys.newKey()]
    const use = { at: 'brief' }
    for (let uses = 0; uses < 3; uses++) {
      expect((await keys.use(key, use)).status).toBe(200)
      const usedMs = Date.now()
      while (Date.now() - usedMs <= BRIEF_LEASE_MS) await keys.use(other)
    }
    expect((await keys.call(key, 'PATCH', { ip_acl: ['10.0.0.0/8'] }, use)).status).toBe(200)
    const calls = await keys.callsOf(key)
    expect(calls.filter(isQuestion)).toHaveLength(3)
    expect(calls.filter(({ wantedMs, grantedMs }) => wantedMs > 0 || grantedMs > 0)).toEqual([])
    const changes = calls.filter(({ method }) => method === 'advance')
    expect(changes.map(({ settlesInMs }) => settlesInMs)).toEqual([0])
  })

  it('has its denials reported all the same', async () => {
    const key = await keys.newKey(['192.0.2.0/24'])
    expect((await keys.use(key, { address: DENIED })).status).toBe(403)
    const denials = async () =>
      (await keys.call(key, 'GET', undefined, { path: '/denials' })).json['denials']
    await expect.poll(denials).toMatchObject([{ address: DENIED, count: 1 }])
    expect((await keys.callsOf(key)).every(({ grantedMs }) => grantedMs === 0)).toBe(true)
  })
})

describe('a deleted key', () => {
  it('is asked about once', async () => {
    const key = await keys.newKey()
    await keys.use(key)
    expect((await keys.call(key, 'DELETE')).status).toBe(200)
    const before = (await keys.callsOf(key)).length
    for (let i = 0; i < 5; i++)
      expect((await keys.use(key)).json).toMatchObject({ code: 'key_revoked' })
    expect((await keys.callsOf(key)).slice(before).filter(isQuestion)).toHaveLength(1)
  })
})

describe('LEASE_MS=0', () => {
  it('has every request ask', async () => {
    const key = await keys.newKey()
    const before = (await keys.callsOf(key)).length
    for (let i = 0; i < 6; i++) {
      const method = i % 2 === 0 ? 'GET' : 'POST'
      expect((await keys.use(key, { at: 'unleased', method })).status).toBe(200)
    }
    const questions = (await keys.callsOf(key)).slice(before).filter(isQuestion)
    expect(questions.map(({ wantedMs, grantedMs }) => [wantedMs, grantedMs])).toEqual(
      Array.from({ length: 6 }, () => [0, 0]),
    )
  })
})

describe('a genuine token without a row', () => {
  it('is asked about once a second', async () => {
    const key = await keys.newKey()
    await keys.db.delete(apiKeys).where(eq(apiKeys.id, key.id))
    const { kvGets } = await keys.rig.stores()
    const startedMs = Date.now()
    for (let i = 0; i < 20; i++)
      expect((await keys.use(key)).json).toMatchObject({ code: 'key_revoked' })
    const seconds = (Date.now() - startedMs) / 1_000
    expect((await keys.callsOf(key)).length).toBeLessThanOrEqual(1 + seconds)
    expect((await keys.rig.stores()).kvGets - kvGets).toBe(1)
    expect(keys.rig.upstream.received).toHaveLength(0)
  })

  it('works again once its row is back', async () => {
    const key = await keys.newKey()
    const [row] = await keys.db.select().from(apiKeys).where(eq(apiKeys.id, key.id))
    await keys.db.delete(apiKeys).where(eq(apiKeys.id, key.id))
    expect((await keys.use(key)).json).toMatchObject({ code: 'key_revoked' })
    if (row !== undefined) await keys.db.insert(apiKeys).values(row)
    await expect.poll(async () => (await keys.use(key)).status).toBe(200)
  })
})

describe('a key that an isolate has not met', () => {
  it('has KV and its authority asked at the same time', async () => {
    const key = await keys.newKey()
    const { kvGets } = await keys.rig.stores({ fault: 'stall' })
    await keys.rig.authorities({ fault: 'held' })
    const faults = keys.rig.logs.filter((line) => line.includes('kv_read')).length
    const used = keys.use(key)
    const asked = async () => [(await keys.rig.stores()).kvGets, (await keys.callsOf(key)).length]
    await expect.poll(asked).toEqual([kvGets + 1, 1])
    expect((await keys.callsOf(key)).map(({ answered }) => answered)).toEqual([false])
    expect(keys.rig.logs.filter((line) => line.includes('kv_read'))).toHaveLength(faults)
    await keys.rig.authorities({ fault: 'none' })
    expect((await used).status).toBe(200)
  })
})
