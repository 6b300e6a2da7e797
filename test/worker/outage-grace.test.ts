// OUTAGE_GRACE_S: how long a location believes what an authority last confirmed, while that authority cannot be
// asked.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  DENIED,
  type KeysInUse,
  type OwnKey,
  startKeysInUse,
  type Use,
} from '../support/keys-in-use.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({ gateways: { graceful: { OUTAGE_GRACE_S: '3600' } } })
})
afterAll(() => keys.rig.stop())
afterEach(async () => {
  await keys.rig.authorities({ fault: 'none' })
  keys.rig.upstream.reset()
})

const GRACEFUL = { at: 'graceful' }
let requests = 0

/** What a use was answered, and whether its line in the log says that it was judged in a grace. */
async function judged(key: OwnKey, use: Use = {}) {
  const requestId = `judged-${requests++}`
  const { status } = await keys.use(key, { ...use, requestId })
  const lines = () => keys.rig.logs.filter((line) => line.includes(`"request_id":"${requestId}"`))
  const isRequest = (line: string) => line.includes('"plane"')
  await expect.poll(() => lines().filter(isRequest)).toHaveLength(1)
  const { grace } = JSON.parse(lines().find(isRequest) ?? '') as { grace?: boolean }
  return { status, grace }
}

/** A key that both gateways have met, after its authority went out of reach and its leases have run out. */
async function cutOffKey(ipAcl: string[] = []): Promise<OwnKey> {
  const key = await keys.newKey(ipAcl)
  await Promise.all([keys.lease(key), keys.lease(key, GRACEFUL)])
  await keys.rig.authorities({ fault: 'unreachable' })
  await expect.poll(async () => (await keys.use(key)).status).toBe(503)
  await expect.poll(async () => (await judged(key, GRACEFUL)).grace).toBe(true)
  keys.rig.upstream.reset()
  return key
}

describe('while the authority cannot be asked', () => {
  it.each(['GET', 'POST'])('a %s is refused, as nobody can know', async (method) => {
    const key = await cutOffKey()
    const answer = await keys.use(key, { method })
    expect(answer.status).toBe(503)
    expect(answer.json).toMatchObject({ code: 'authentication_unavailable' })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    if (method === 'POST') expect(keys.rig.upstream.received).toHaveLength(0)
  })

  it.each(['GET', 'POST'])('a %s is let in with a grace, and its line says so', async (method) => {
    const key = await cutOffKey()
    for (let i = 0; i < 3; i++) {
      expect(await judged(key, { ...GRACEFUL, method })).toEqual({ status: 200, grace: true })
    }
    expect(keys.rig.upstream.received).toHaveLength(3)
  })

  it('a refusal stands with a grace too', async () => {
    const key = await cutOffKey(['192.0.2.0/24'])
    const use = { ...GRACEFUL, address: DENIED }
    expect(await judged(key, use)).toEqual({ status: 403, grace: true })
    expect(keys.rig.upstream.received).toHaveLength(0)
  })

  it('a grace is not for a key that its authority never confirmed there', async () => {
    const key = await keys.newKey()
    await keys.use(key)
    await keys.rig.stores({ put: [`key:${key.lookupId}`, key.record] })
    await keys.rig.authorities({ fault: 'unreachable' })
    const post = { ...GRACEFUL, method: 'POST' }
    expect(await judged(key, post)).toEqual({ status: 503, grace: undefined })
  })

  it('no change is answered, and each location learns of it once the authority can be asked', async () => {
    const key = await cutOffKey()
    const edit = () => keys.call(key, 'PATCH', { ip_acl: ['10.0.0.0/8'] }, GRACEFUL)
    const pending = await edit()
    expect(pending.status).toBe(503)
    expect(pending.json).toMatchObject({ code: 'enforcement_pending' })
    expect(await judged(key, GRACEFUL)).toEqual({ status: 200, grace: true })

    await keys.rig.authorities({ fault: 'none' })
    expect((await edit()).status).toBe(200)
    await expect.poll(() => judged(key)).toEqual({ status: 403, grace: undefined })
    await expect.poll(() => judged(key, GRACEFUL)).toEqual({ status: 403, grace: undefined })
  })
})
