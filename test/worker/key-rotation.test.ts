// A new token for a key, with and without an overlap: what each token is answered, everywhere.

import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GATEWAY } from '../../harness/worker.ts'
import { apiKeys } from '../../src/db/schema/api-keys.ts'
import { auditEvents } from '../../src/db/schema/audit-events.ts'
import { tokens } from '../../src/db/schema/tokens.ts'
import { PASSWORD } from '../edge/fixtures.ts'
import { type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({ gateways: { far: {} } })
})
afterAll(() => keys.rig.stop())

const HOUR_MS = 60 * 60_000
const MAX_OVERLAP_MS = 30 * 24 * HOUR_MS
const path = '/rotation'

const rotate = (key: OwnKey, overlap_seconds = 3_600) =>
  keys.call(key, 'POST', { password: PASSWORD, overlap_seconds }, { path })
const moveEnd = (key: OwnKey, ends_at: string) => keys.call(key, 'PATCH', { ends_at }, { path })
const end = (key: OwnKey, query = '') => keys.call(key, 'DELETE', undefined, { path: path + query })
const remove = (key: OwnKey) => keys.call(key, 'DELETE')
const at = (ms: number) => new Date(ms).toISOString()

/** The key, by its new token. */
async function rotated(key: OwnKey, overlapSeconds?: number): Promise<OwnKey> {
  const answer = await rotate(key, overlapSeconds)
  expect(answer.status).toBe(201)
  return { ...key, token: String(answer.json['access_token']) }
}

/** What a token is answered at each gateway: `let in`, or the code of the refusal. */
async function verdicts(key: OwnKey): Promise<string[]> {
  const uses = [GATEWAY, 'far'].flatMap((where) =>
    ['GET', 'POST'].map((method) => ({ at: where, method })),
  )
  const answers = await Promise.all(uses.map((use) => keys.use(key, use)))
  const codes = answers.map((answer) =>
    answer.status === 200 ? 'let in' : String(answer.json['code']),
  )
  return [...new Set(codes)]
}

async function expectVerdicts(expected: readonly [OwnKey, string][]): Promise<void> {
  for (const [key, verdict] of expected) expect(await verdicts(key)).toEqual([verdict])
}

const tokensOf = (key: OwnKey) =>
  keys.db.select().from(tokens).where(eq(tokens.keyId, key.id)).orderBy(tokens.createdAt)

async function eventsOf(key: OwnKey) {
  return await keys.db
    .select({ action: auditEvents.action, actor: auditEvents.actor, changes: auditEvents.changes })
    .from(auditEvents)
    .where(eq(auditEvents.keyId, key.id))
    .orderBy(auditEvents.id)
}

/** Nobody can wait for an hour: the end of the old token, set to what has passed, as an edit brings it. */
async function passEnd(old: OwnKey, agoMs: number): Promise<void> {
  await keys.db.batch([
    keys.db
      .update(tokens)
      .set({ endsAt: Date.now() - agoMs })
      .where(eq(tokens.lookupId, old.lookupId)),
    keys.db
      .update(apiKeys)
      .set({ revision: sql`revision + 1`, revisedAt: Date.now() })
      .where(eq(apiKeys.id, old.id)),
  ])
  expect((await keys.call(old, 'PATCH', { enabled: true })).status).toBe(200)
}

describe('a rotation with an overlap', () => {
  it('lets both tokens in, as one key', async () => {
    const old = await keys.newKey()
    await expectVerdicts([[old, 'let in']])
    const before = Date.now()
    const answer = await rotate(old)
    expect(answer.status).toBe(201)
    const { started_at, ends_at } = answer.json['rotation'] as Record<string, string>
    expect(Date.parse(started_at ?? '')).toBeGreaterThanOrEqual(before)
    expect(Date.parse(ends_at ?? '') - Date.parse(started_at ?? '')).toBe(HOUR_MS)
    expect(answer.json).toMatchObject({ id: old.id, version: 2, enforcement_state: 'done' })
    expect(answer.json['enforcement']).toEqual({ effective_at: expect.any(String) as string })
    expect(answer.headers['etag']).toBe('"2"')
    const fresh = { ...old, token: String(answer.json['access_token']) }
    expect(fresh.token).not.toBe(old.token)
    await expectVerdicts([
      [old, 'let in'],
      [fresh, 'let in'],
    ])
    const shown = await keys.call(old, 'GET')
    expect(shown.json).toMatchObject({
      access_token: '********',
      rotation: { started_at, ends_at },
    })
    const revealed = await keys.call(old, 'POST', { password: PASSWORD }, { path: '/reveal' })
    expect(revealed.json).toEqual({ access_token: fresh.token })
    expect(await eventsOf(old)).toMatchObject([
      { action: 'key.rotate', changes: { rotation: [null, { started_at, ends_at }] } },
      { action: 'key.reveal' },
    ])
  })

  it.each([
    ['an edit', (key: OwnKey) => keys.call(key, 'PATCH', { ip_acl: ['10.0.0.0/8'] }), 'ip_denied'],
    ['a pause', (key: OwnKey) => keys.call(key, 'PATCH', { enabled: false }), 'key_disabled'],
    ['a deletion', remove, 'key_revoked'],
    [
      'a suspension',
      (key: OwnKey) => keys.rig.operator('PATCH', `/accounts/${key.accountId}`, SUSPENDED),
      'account_inactive',
    ],
  ])('is one key for %s', async (_, change, code) => {
    const old = await keys.newKey()
    const fresh = await rotated(old)
    await expectVerdicts([
      [old, 'let in'],
      [fresh, 'let in'],
    ])
    expect((await change(old)).status).toBe(200)
    await expectVerdicts([
      [old, code],
      [fresh, code],
    ])
  })

  it('refuses another one, until the old token has ended', async () => {
    const old = await keys.newKey()
    const fresh = await rotated(old)
    const refused = await rotate(old)
    expect(refused.status).toBe(409)
    expect(refused.json).toMatchObject({ code: 'rotation_in_progress' })
    expect((await end(old)).status).toBe(200)
    const newest = await rotated(old)
    await expectVerdicts([
      [old, 'key_replaced'],
      [fresh, 'let in'],
      [newest, 'let in'],
    ])
  })

  it('ends the old token by the clock at the edge', async () => {
    const old = await keys.newKey()
    const fresh = await rotated(old, 2)
    await expectVerdicts([[old, 'let in']])
    await expect.poll(() => verdicts(old), { timeout: 10_000 }).toEqual(['key_replaced'])
    await expectVerdicts([[fresh, 'let in']])
    expect((await keys.call(old, 'GET')).json).toMatchObject({ rotation: null })
    expect((await end(old)).status).toBe(404)
    expect((await moveEnd(old, at(Date.now() + HOUR_MS))).status).toBe(404)
    const again = await rotated(old)
    await expectVerdicts([
      [old, 'key_replaced'],
      [fresh, 'let in'],
      [again, 'let in'],
    ])
    const actions = (await eventsOf(old)).map(({ action, actor }) => `${action} ${actor}`)
    expect(actions.toSorted()).toEqual([
      'key.rotate customer',
      'key.rotate customer',
      'key.rotation_end gateway',
    ])
  })

  it('has its end recorded by the cron, with which the secrets of the old token go', async () => {
    const old = await keys.newKey()
    const fresh = await rotated(old)
    await passEnd(old, 60_000)
    await expectVerdicts([[old, 'key_replaced']])
    for (let run = 0; run < 2; run++) await keys.rig.worker.runCron()
    const [first, second] = await tokensOf(old)
    expect(first).toMatchObject({ endedAt: expect.any(Number) as number, sealedToken: null })
    expect(first?.tokenKey).toBeNull()
    expect(second).toMatchObject({ endedAt: null, replacedAt: null })
    const ends = (await eventsOf(old)).filter(({ action }) => action === 'key.rotation_end')
    expect(ends).toMatchObject([{ actor: 'gateway', changes: { rotation: [{}, null] } }])
    await expectVerdicts([
      [old, 'key_replaced'],
      [fresh, 'let in'],
    ])
  })
})

const SUSPENDED = { status: 'suspended' }

describe('a rotation without an overlap', () => {
  it('has ended the old token when it answers', async () => {
    const old = await keys.newKey()
    await expectVerdicts([[old, 'let in']])
    const answer = await rotate(old, 0)
    expect(answer.json).toMatchObject({ rotation: null })
    const fresh = { ...old, token: String(answer.json['access_token']) }
    await expectVerdicts([
      [old, 'key_replaced'],
      [fresh, 'let in'],
    ])
    const refused = await keys.use(old)
    expect(refused.status).toBe(401)
    expect(refused.json['detail']).toContain('another token now')
    const found = await keys.call({ ...old, id: 'find' }, 'POST', { token: old.token })
    expect(found.json).toEqual({ key_id: old.id, token: 'ended' })
  })

  it('of a leaked key ends both tokens and lets the new one in, whatever was asked', async () => {
    const old = await keys.newKey()
    const fresh = await rotated(old)
    await keys.db
      .update(apiKeys)
      .set({ enabled: false, leakedAt: Date.now(), revision: sql`revision + 1` })
      .where(eq(apiKeys.id, old.id))
    await keys.rig.worker.runCron()
    await expectVerdicts([[fresh, 'key_disabled']])
    const newest = await rotated(old, 86_400)
    await expectVerdicts([
      [old, 'key_replaced'],
      [fresh, 'key_replaced'],
      [newest, 'let in'],
    ])
    const shown = await keys.call(old, 'GET')
    expect(shown.json).toMatchObject({ enabled: true, rotation: null })
    const event = (await eventsOf(old)).findLast(({ action }) => action === 'key.rotate')
    expect(event?.changes).toMatchObject({
      enabled: [false, true],
      leaked_at: [expect.any(String) as string, null],
    })
  })
})

describe('GET of a rotation', () => {
  const show = (key: OwnKey) => keys.call(key, 'GET', undefined, { path })
  const addressOf = (address: string) => ({ address, allowed: 1, refused: 0 })

  it('tells who still uses the old token, and whether the new one is used', async () => {
    const old = await keys.newKey()
    const fresh = await rotated(old)
    const unused = await show(old)
    expect(unused.json).toMatchObject({
      old: { last_used_at: null, requests_last_hour: 0, addresses: [] },
      new: { first_used_at: null, last_used_at: null },
    })
    const beforeMs = Date.now()
    await keys.use(old, { address: '192.0.2.7' })
    await keys.use(old, { address: '192.0.2.8', at: 'far' })
    await keys.use(fresh)
    const isCounted = async () => {
      const { json } = await show(old)
      const { requests_last_hour: count } = json['old'] as Record<string, unknown>
      return count === 2 && (json['new'] as Record<string, unknown>)['last_used_at'] !== null
    }
    await expect.poll(isCounted, { timeout: 15_000 }).toBe(true)
    const { json } = await show(old)
    const before = json['old'] as Record<string, unknown>
    expect(Date.parse(String(before['last_used_at']))).toBeGreaterThanOrEqual(beforeMs - 1_000)
    expect(before['addresses']).toHaveLength(2)
    expect(before['addresses']).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining(addressOf('192.0.2.7')),
        expect.objectContaining(addressOf('192.0.2.8')),
      ]),
    )
    const after = json['new'] as Record<string, unknown>
    expect(after['first_used_at']).toEqual(after['last_used_at'])
  })

  it('is 404 where none is under way', async () => {
    const key = await keys.newKey()
    expect((await show(key)).status).toBe(404)
    await rotated(key, 0)
    expect((await show(key)).status).toBe(404)
  })
})

describe('the end of an overlap', () => {
  it('comes at once by DELETE', async () => {
    const old = await keys.newKey()
    const fresh = await rotated(old)
    await expectVerdicts([[old, 'let in']])
    const ended = await end(old)
    expect(ended.json).toMatchObject({ id: old.id, rotation: null, access_token: '********' })
    await expectVerdicts([
      [old, 'key_replaced'],
      [fresh, 'let in'],
    ])
    expect((await end(old)).status).toBe(404)
  })

  it('is the end of the new token where the rotation is taken back', async () => {
    const old = await keys.newKey()
    const fresh = await rotated(old)
    await expectVerdicts([[fresh, 'let in']])
    const taken = await end(old, '?keep=old')
    expect(taken.json).toMatchObject({ rotation: null })
    await expectVerdicts([
      [old, 'let in'],
      [fresh, 'key_replaced'],
    ])
    const revealed = await keys.call(old, 'POST', { password: PASSWORD }, { path: '/reveal' })
    expect(revealed.json).toEqual({ access_token: old.token })
    const [, back] = await eventsOf(old)
    expect(back).toMatchObject({ action: 'key.rotation_end', changes: { keep: [null, 'old'] } })
  })

  it('moves', async () => {
    const old = await keys.newKey()
    await rotated(old, 5)
    const later = at(Date.now() + HOUR_MS)
    const moved = await moveEnd(old, later)
    expect(moved.json).toMatchObject({ rotation: { ends_at: later }, version: 3 })
    expect((await moveEnd(old, later)).json).toMatchObject({ version: 3 })
    await expectVerdicts([[old, 'let in']])
    const now = await moveEnd(old, at(Date.now() - 4_000))
    expect(now.json).toMatchObject({ rotation: null })
    await expectVerdicts([[old, 'key_replaced']])
  })

  it.each([
    ['in the past', () => at(Date.now() - 10_000), 'time_out_of_range'],
    ['too late', () => at(Date.now() + MAX_OVERLAP_MS + 60_000), 'time_out_of_range'],
    ['no time', () => 'soon', 'time_invalid'],
  ])('cannot be %s', async (_, time, code) => {
    const old = await keys.newKey()
    await rotated(old)
    const refused = await moveEnd(old, time())
    expect(refused.status).toBe(422)
    expect(refused.json['errors']).toMatchObject([{ pointer: '/ends_at', code }])
  })

  it('is 404 for a key without a rotation, and keep is new or old', async () => {
    const key = await keys.newKey()
    expect((await end(key)).status).toBe(404)
    expect((await moveEnd(key, at(Date.now() + HOUR_MS))).status).toBe(404)
    const refused = await end(key, '?keep=both')
    expect(refused.json['errors']).toMatchObject([{ pointer: '/keep' }])
  })
})

it('a token that the database does not have is not shown, and a rotation gives one that is', async () => {
  const key = await keys.newKey()
  await keys.db.update(tokens).set({ sealedToken: null }).where(eq(tokens.keyId, key.id))
  const reveal = () => keys.call(key, 'POST', { password: PASSWORD }, { path: '/reveal' })
  const refused = await reveal()
  expect(refused.status).toBe(409)
  expect(refused.json).toMatchObject({ code: 'token_not_stored' })
  const fresh = await rotated(key, 0)
  expect((await reveal()).json).toEqual({ access_token: fresh.token })
})

it('takes no overlap beyond 30 days, and the password alone', async () => {
  const key = await keys.newKey()
  for (const overlap of [-1, 1.5, 2_592_001, '60']) {
    const body = { password: PASSWORD, overlap_seconds: overlap }
    const refused = await keys.call(key, 'POST', body, { path })
    expect(refused.json['errors']).toMatchObject([{ pointer: '/overlap_seconds' }])
  }
  const refused = await keys.call(key, 'POST', { password: 'no' }, { path })
  expect(refused.json).toMatchObject({ code: 'password_incorrect' })
  expect((await keys.call(key, 'GET')).json).toMatchObject({ rotation: null })
  const started = await keys.call(key, 'POST', { password: PASSWORD }, { path })
  const { started_at, ends_at } = started.json['rotation'] as Record<string, string>
  expect(Date.parse(ends_at ?? '') - Date.parse(started_at ?? '')).toBe(24 * HOUR_MS)
})
