// A change of a key that is in use at several gateways. Once it has answered, each of them judges the next request
// by the new state. Requests go on meanwhile, so leases run and are asked for.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { HttpAnswer } from '../../harness/http.ts'
import { GATEWAY } from '../../harness/worker.ts'
import { type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'

/** Of the gateways where the key is used. */
const LEASE_MS = 1_000

/** Where the key is used, and how. */
const USES = [
  { at: GATEWAY, method: 'GET' },
  { at: 'far', method: 'GET' },
  { at: 'farther', method: 'POST' },
] as const

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({
    variables: { LEASE_MS: String(LEASE_MS), AUTHORITY_TIMEOUT_MS: '10000' },
    gateways: {
      far: {},
      farther: {},
      brief: { LEASE_MS: '100' },
      unleased: { LEASE_MS: '0' },
    },
  })
})
afterAll(() => keys.rig.stop())
afterEach(() => keys.rig.authorities({ old: 'none' }))

/** What a request is answered: `let in`, or the code of its refusal. */
async function verdict(key: OwnKey, use: (typeof USES)[number]): Promise<string> {
  const answer = await keys.use(key, use)
  return answer.status === 200 ? 'let in' : String(answer.json['code'])
}

/** Changes a key while it is in use. Answers the verdicts before, and on the next request everywhere. */
async function changeInUse(key: OwnKey, change: () => Promise<HttpAnswer>) {
  await Promise.all(USES.map((use) => keys.lease(key, use)))
  const before = await Promise.all(USES.map((use) => verdict(key, use)))
  const progress = { isOver: false }
  const users = USES.map(async (use) => {
    while (!progress.isOver) await keys.use(key, use)
  })
  const { status } = await change()
  const after = await Promise.all(USES.map((use) => verdict(key, use)))
  progress.isOver = true
  await Promise.all(users)
  expect(status).toBe(200)
  return { before: [...new Set(before)], after: [...new Set(after)] }
}

type Change = (key: OwnKey, at: string) => Promise<HttpAnswer>

const edit = (ip_acl: string[]): Change => {
  return (key, at) => keys.call(key, 'PATCH', { ip_acl }, { at })
}
const become = (status: string) => (key: OwnKey) =>
  keys.rig.operator('PATCH', `/accounts/${key.accountId}`, { status })
const remove: Change = (key, at) => keys.call(key, 'DELETE', undefined, { at })

const ELSEWHERE = ['10.0.0.0/8']

describe('a change of a key in use', () => {
  it.each<[string, Change, string]>([
    ['a deletion', remove, 'key_revoked'],
    ['an edit', edit(ELSEWHERE), 'ip_denied'],
    ['a suspension', become('suspended'), 'account_inactive'],
  ])('holds for the next request at each gateway: %s', async (_, change, code) => {
    const key = await keys.newKey()
    const { before, after } = await changeInUse(key, () => change(key, GATEWAY))
    expect(before).toEqual(['let in'])
    expect(after).toEqual([code])
  })

  it('lets in the next request at each gateway: an edit', async () => {
    const key = await keys.newKey(ELSEWHERE)
    const { before, after } = await changeInUse(key, () => edit([])(key, GATEWAY))
    expect(before).toEqual(['ip_denied'])
    expect(after).toEqual(['let in'])
  })

  it('lets in the next request at each gateway: a reactivation', async () => {
    const key = await keys.newKey()
    await keys.use(key)
    await become('suspended')(key)
    const { before, after } = await changeInUse(key, () => become('active')(key))
    expect(before).toEqual(['account_inactive'])
    expect(after).toEqual(['let in'])
  })

  it('holds at each gateway, where one is changed after the other', async () => {
    const key = await keys.newKey()
    for (const ipAcl of [ELSEWHERE, [], ELSEWHERE]) {
      const { after } = await changeInUse(key, () => edit(ipAcl)(key, GATEWAY))
      expect(after).toEqual([ipAcl.length === 0 ? 'let in' : 'ip_denied'])
    }
  })
})

describe('a change of a key that nobody has used', () => {
  it.each<[string, Change, string]>([
    ['a deletion', remove, 'key_revoked'],
    ['an edit', edit(ELSEWHERE), 'ip_denied'],
    ['a pause', (key, at) => keys.call(key, 'PATCH', { enabled: false }, { at }), 'key_disabled'],
    ['a suspension', become('suspended'), 'account_inactive'],
  ])('takes one trip to its authority: %s', async (_, change, code) => {
    const key = await keys.newKey()
    expect((await change(key, GATEWAY)).status).toBe(200)
    expect((await keys.callsOf(key)).map(({ method }) => method)).toEqual(['advance'])
    expect(await Promise.all(USES.map((use) => verdict(key, use)))).toEqual([code, code, code])
  })
})

describe('gateways with different LEASE_MS', () => {
  it.each(['brief', 'unleased'])('wait for the longest lease: a change at %s', async (at) => {
    const key = await keys.newKey()
    const { after } = await changeInUse(key, () => remove(key, at))
    expect(after).toEqual(['key_revoked'])
  })
})

describe('beside a version without leases', () => {
  it('its objects grant nothing, and a change waits for what was granted before', async () => {
    const key = await keys.newKey()
    const { after } = await changeInUse(key, async () => {
      await keys.rig.authorities({ old: 'object' })
      return await remove(key, GATEWAY)
    })
    expect(after).toEqual(['key_revoked'])
  })

  it('its objects make every request ask', async () => {
    await keys.rig.authorities({ old: 'object' })
    const key = await keys.newKey()
    for (let i = 0; i < 5; i++) expect((await keys.use(key)).status).toBe(200)
    const questions = (await keys.callsOf(key)).filter(({ method }) => method === 'fetch')
    expect(questions.map(({ grantedMs }) => grantedMs)).toEqual([0, 0, 0, 0, 0])
  })

  it('a change through it waits in the object', async () => {
    await keys.rig.authorities({ at: 'unleased', old: 'gateway' })
    const key = await keys.newKey()
    const { after } = await changeInUse(key, () => remove(key, 'unleased'))
    expect(after).toEqual(['key_revoked'])
  })

  it('a change holds there too, where every request asks', async () => {
    await keys.rig.authorities({ at: 'far', old: 'gateway' })
    const key = await keys.newKey()
    await Promise.all([keys.use(key, { at: 'far' }), keys.lease(key)])
    expect((await keys.use(key, { at: 'far' })).status).toBe(200)
    expect((await remove(key, GATEWAY)).status).toBe(200)
    expect((await keys.use(key, { at: 'far' })).json).toMatchObject({ code: 'key_revoked' })
    const far = (await keys.callsOf(key)).filter(({ gateway }) => gateway === 'far')
    expect(far.filter(({ grantedMs }) => grantedMs > 0)).toEqual([])
  })
})
