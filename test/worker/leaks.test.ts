// Tokens that were found in public: reported by anybody, stopped within seconds, and nothing told to who reports.

import { eq, sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type HttpAnswer, send } from '../../harness/http.ts'
import { makeSecrets } from '../../harness/secrets.ts'
import { GATEWAY } from '../../harness/worker.ts'
import { apiKeys } from '../../src/db/schema/api-keys.ts'
import { auditEvents } from '../../src/db/schema/audit-events.ts'
import { leakReports } from '../../src/db/schema/leak-reports.ts'
import { tokens } from '../../src/db/schema/tokens.ts'
import { createFixtures, PASSWORD } from '../edge/fixtures.ts'
import { type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({ gateways: { far: {} } })
})
afterAll(() => keys.rig.stop())
afterEach(async () => {
  await keys.rig.authorities({ fault: 'none' })
  await keys.rig.stores({ logInRate: 'open' })
  keys.rig.libsql.set('open')
})

const LEAKS = '/admin/api/v1/leaks'
const URL_OF_LEAK = 'https://code.example/o/r/blob/9b3e6f1f3a2d9c100b6d1c2e5c414f6e9b3e6f1f/.env'
const EVERYWHERE = [GATEWAY, 'far'].flatMap((at) =>
  ['GET', 'POST'].map((method) => ({ at, method })),
)

let senders = 0
/** Each from an address of its own, so that no rate is in the way. */
function report(body: unknown, address = `198.51.100.${++senders % 250}`): Promise<HttpAnswer> {
  return send(`${keys.rig.url}${LEAKS}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': address },
    body: JSON.stringify(body),
  })
}

async function expectReceived(answer: HttpAnswer, received: number) {
  expect(answer.status).toBe(202)
  expect(answer.text).toBe(JSON.stringify({ received }))
}

/** Waits until everything that was reported is done. */
async function settled() {
  const open = () => keys.db.$count(leakReports, sql`done_at IS NULL`)
  await expect.poll(open, { timeout: 30_000 }).toBe(0)
}

async function expectEverywhere(key: OwnKey, status: number, code?: string) {
  for (const use of EVERYWHERE) {
    const answer = await keys.use(key, use)
    expect(answer.status, JSON.stringify(use)).toBe(status)
    if (code !== undefined) expect(answer.json).toMatchObject({ code })
  }
}

async function eventsOf(key: OwnKey) {
  const { action, actor, address, changes } = auditEvents
  return await keys.db
    .select({ action, actor, address, changes })
    .from(auditEvents)
    .where(eq(auditEvents.keyId, key.id))
    .orderBy(auditEvents.id)
}

const leaksOf = async (key: OwnKey) =>
  (await eventsOf(key)).filter(({ action }) => action === 'key.leaked')
const shown = async (key: OwnKey) => (await keys.call(key, 'GET')).json
const rotate = (key: OwnKey, overlap: number) =>
  keys.call(key, 'POST', { password: PASSWORD, overlap_seconds: overlap }, { path: '/rotation' })

describe('a report of a current token', () => {
  it('pauses its key everywhere, and is in the audit', async () => {
    const key = await keys.newKey()
    for (const use of EVERYWHERE) await keys.use(key, use)
    await keys.lease(key)
    await expectReceived(
      await report({ tokens: [key.token], url: URL_OF_LEAK, note: ` found ${key.token}` }),
      1,
    )
    await settled()
    await expectEverywhere(key, 403, 'key_disabled')
    expect((await keys.use(key)).json['detail']).toContain('reported as leaked')
    const leakedAt = expect.stringMatching(/^\d{4}-.*Z$/) as string
    expect(await shown(key)).toMatchObject({
      enabled: false,
      leaked_at: leakedAt,
      enforcement_state: 'done',
      version: 2,
    })
    const changes = {
      enabled: [true, false],
      leaked_at: [null, leakedAt],
      url: [null, URL_OF_LEAK],
      note: [null, 'found cpk_[redacted]'],
    }
    expect(await eventsOf(key)).toEqual([
      { action: 'key.leaked', actor: 'gateway', address: null, changes },
    ])
    const { json } = await keys.call(key, 'GET', undefined, {
      path: `/../../audit?key_id=${key.id}`,
    })
    expect(json['events']).toMatchObject([{ action: 'key.leaked', actor: 'gateway' }])
  })

  it('can only be undone by a rotation', async () => {
    const key = await keys.newKey()
    await report({ tokens: [key.token] })
    await settled()
    for (const body of [{ enabled: true }, { enabled: true, application_name: 'Renamed' }]) {
      const refused = await keys.call(key, 'PATCH', body)
      expect(refused.status).toBe(409)
      expect(refused.json).toMatchObject({ code: 'rotation_required' })
    }
    const edited = await keys.call(key, 'PATCH', { application_name: 'Renamed', enabled: false })
    expect(edited.json).toMatchObject({ application_name: 'Renamed', enabled: false })
    await expectEverywhere(key, 403, 'key_disabled')
    const rotated = await rotate(key, 3_600)
    expect(rotated.json).toMatchObject({ enabled: true, leaked_at: null, rotation: null })
    await expectEverywhere(key, 401, 'key_replaced')
    await expectEverywhere({ ...key, token: String(rotated.json['access_token']) }, 200)
  })

  it('stops a key that its owner has paused as well', async () => {
    const key = await keys.newKey()
    await keys.call(key, 'PATCH', { enabled: false })
    await report({ tokens: [key.token] })
    await settled()
    expect((await keys.call(key, 'PATCH', { enabled: true })).status).toBe(409)
  })

  it('gives one event, however often it is made', async () => {
    const key = await keys.newKey()
    await Promise.all([1, 2, 3].map(() => report({ tokens: [key.token, key.token] })))
    await report({ tokens: [key.token] })
    await settled()
    await keys.rig.worker.runCron()
    expect(await leaksOf(key)).toHaveLength(1)
    expect(await shown(key)).toMatchObject({ version: 2 })
  })
})

describe('during a rotation', () => {
  it('a report of the old token ends it, and the new one works', async () => {
    const key = await keys.newKey()
    const rotated = await rotate(key, 3_600)
    const fresh = { ...key, token: String(rotated.json['access_token']) }
    for (const use of EVERYWHERE) await keys.use(key, use)
    await report({ tokens: [key.token], url: URL_OF_LEAK })
    await settled()
    await expectEverywhere(key, 401, 'key_replaced')
    await expectEverywhere(fresh, 200)
    expect(await shown(key)).toMatchObject({ enabled: true, leaked_at: null, rotation: null })
    expect(await leaksOf(key)).toMatchObject([
      { actor: 'gateway', changes: { url: [null, URL_OF_LEAK], rotation: [{}, null] } },
    ])
    await report({ tokens: [key.token] })
    await settled()
    expect(await leaksOf(key)).toHaveLength(1)
  })

  it('a report of the new token pauses the key, with both tokens', async () => {
    const key = await keys.newKey()
    const fresh = { ...key, token: String((await rotate(key, 3_600)).json['access_token']) }
    await report({ tokens: [fresh.token] })
    await settled()
    await expectEverywhere(key, 403, 'key_disabled')
    await expectEverywhere(fresh, 403, 'key_disabled')
    const again = await rotate(key, 3_600)
    expect(again.status).toBe(201)
    await expectEverywhere(key, 401, 'key_replaced')
    await expectEverywhere(fresh, 401, 'key_replaced')
  })

  it('a report of both does both', async () => {
    const key = await keys.newKey()
    const fresh = { ...key, token: String((await rotate(key, 3_600)).json['access_token']) }
    await report({ tokens: [key.token, fresh.token] })
    await settled()
    await expectEverywhere(key, 401, 'key_replaced')
    await expectEverywhere(fresh, 403, 'key_disabled')
  })
})

describe('a report', () => {
  it('is taken as code hosts send it', async () => {
    const made = await keys.newKeys(2)
    const body = made.map(({ token }) => ({
      token,
      type: 'commpeak_portal_api_key',
      url: URL_OF_LEAK,
      source: 'content',
    }))
    await expectReceived(await report(body), 2)
    await settled()
    for (const key of made) {
      await expectEverywhere(key, 403, 'key_disabled')
      expect(await leaksOf(key)).toMatchObject([
        { changes: { url: [null, URL_OF_LEAK], note: [null, 'content'] } },
      ])
    }
  })

  it('is taken with odd members beside the tokens', async () => {
    const [one, two] = await keys.newKeys(2)
    if (one === undefined || two === undefined) throw new Error('no keys')
    await expectReceived(
      await report([
        { token: one.token, type: 7, url: null, source: {}, validity: ['x'] },
        { token: two.token },
      ]),
      2,
    )
    await settled()
    for (const key of [one, two]) await expectEverywhere(key, 403, 'key_disabled')
    expect(await leaksOf(one)).toMatchObject([{ changes: { url: [null, null] } }])
  })

  it('may have 100 tokens, and each is stopped', async () => {
    const made = await keys.newKeys(100)
    await expectReceived(await report({ tokens: made.map(({ token }) => token) }), 100)
    await settled()
    const stopped = await keys.db.$count(
      apiKeys,
      sql`account_id = ${made[0]?.accountId ?? ''} AND leaked_at > 0 AND enforced_revision = revision`,
    )
    expect(stopped).toBe(100)
    for (const key of [made[0], made[99]]) if (key) expect((await keys.use(key)).status).toBe(403)
  })

  it.each([
    ['no tokens', { tokens: [] }, '/tokens', 'too_long'],
    ['101 tokens', { tokens: Array.from({ length: 101 }, () => 'x') }, '/tokens', 'too_long'],
    ['101 entries', Array.from({ length: 101 }, () => ({ token: 'x' })), '', 'too_long'],
    ['a token that is a number', { tokens: [7] }, '/tokens/0', 'wrong_type'],
    ['an entry without a token', [{ type: 'x' }], '/0/token', 'required'],
    ['an entry that is text', ['cpk_x'], '/0', 'wrong_type'],
    ['an unknown member', { tokens: ['x'], type: 'x' }, '/type', 'unknown_member'],
    ['no object', 'text', '', 'wrong_type'],
  ])('is refused with %s, and recorded nowhere', async (_, body, pointer, code) => {
    const before = await keys.db.$count(leakReports)
    const refused = await report(body)
    expect(refused.status).toBe(422)
    expect(refused.json['errors']).toMatchObject([{ pointer, code }])
    expect(await keys.db.$count(leakReports)).toBe(before)
  })

  it('of the token of another deployment, a forgery or any text changes nothing', async () => {
    const key = await keys.newKey()
    const other = await createFixtures(await makeSecrets())
    const stranger = await other.insertKey(keys.db, key.accountId, [], true)
    const forged = key.token.slice(0, -4) + (key.token.endsWith('AAAA') ? 'BBBB' : 'AAAA')
    const near = [` ${key.token}`, `${key.token}x`, key.token.toUpperCase(), key.lookupId]
    const sent = [stranger.token, forged, ...near, '', '☎️'.repeat(50)]
    await expectReceived(await report({ tokens: sent }), sent.length)
    await settled()
    await expectEverywhere(key, 200)
    const row = await keys.db.select().from(apiKeys).where(eq(apiKeys.id, stranger.id))
    expect(row).toMatchObject([{ leakedAt: null, revision: 1 }])
  })

  it('of a deleted key is answered like any other', async () => {
    const key = await keys.newKey()
    await keys.call(key, 'DELETE')
    await expectReceived(await report({ tokens: [key.token] }), 1)
    await settled()
    await expectEverywhere(key, 401, 'key_revoked')
    expect(await leaksOf(key)).toEqual([])
  })

  it('leaves no token at rest, and nothing of itself once it is done', async () => {
    const key = await keys.newKey()
    await keys.rig.authorities({ fault: 'unreachable' })
    await report({ tokens: [key.token, 'secret'], url: `https://x.example/?k=${key.token}` })
    const stored = () =>
      keys.db
        .select()
        .from(leakReports)
        .orderBy(sql`id DESC`)
        .limit(1)
    const [row] = await stored()
    expect(row?.lookupIds).toEqual([key.lookupId, expect.stringMatching(/^[\w-]{32}$/)])
    expect(JSON.stringify(row)).not.toContain(key.token)
    expect(JSON.stringify(row)).not.toContain('secret')
    await keys.rig.authorities({ fault: 'none' })
    await keys.rig.worker.runCron()
    expect(await stored()).toMatchObject([{ lookupIds: [], url: null, doneAt: expect.any(Number) }])
    expect(JSON.stringify(keys.rig.logs)).not.toContain(key.token)
  })

  it('is 503 while libSQL is down, since it could not be recorded', async () => {
    keys.rig.libsql.set('closed')
    const refused = await report({ tokens: ['x'] })
    expect(refused.json).toMatchObject({ status: 503, code: 'storage_unavailable' })
  })

  it('needs no session, but no page of another site can make it', async () => {
    const refused = await send(`${keys.rig.url}${LEAKS}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: 'https://evil.example' },
      body: '{"tokens":["x"]}',
    })
    expect(refused.json).toMatchObject({ code: 'cross_site_request' })
    const other = await send(`${keys.rig.url}${LEAKS}`, { method: 'GET' })
    expect(other.status).toBe(405)
    expect(other.headers['allow']).toBe('POST')
  })
})

describe('an address', () => {
  it('may send 20 reports a minute, also at the same time', async () => {
    const address = '2001:db8:7::1'
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => report({ tokens: ['x'] }, address)),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 202)).toHaveLength(20)
    const refused = await report({ tokens: ['x'] }, '2001:db8:7::2') // of the same /64
    expect(refused.status).toBe(429)
    expect(refused.json).toMatchObject({ code: 'throttled' })
    expect(refused.json['detail']).toContain('20 reports a minute')
    const wait = Number(refused.headers['retry-after'])
    expect(wait).toBeGreaterThan(30)
    expect(wait).toBeLessThanOrEqual(60)
    expect((await report({ tokens: ['x'] }, '2001:db8:8::1')).status).toBe(202)
  })

  it('may send more once the minute is over', async () => {
    const address = '198.51.100.251'
    for (let i = 0; i < 20; i++) await report({ tokens: ['x'] }, address)
    expect((await report({ tokens: ['x'] }, address)).status).toBe(429)
    await settled()
    await keys.db.update(leakReports).set({ receivedAt: sql`received_at - 60000` })
    expect((await report({ tokens: ['x'] }, address)).status).toBe(202)
  })

  it('is held by the rate of its location first', async () => {
    await keys.rig.stores({ logInRate: 'shut' })
    expect((await report({ tokens: ['x'] })).status).toBe(429)
    await keys.rig.stores({ logInRate: 'broken' })
    expect((await report({ tokens: ['x'] })).status).toBe(202)
  })
})

describe('what could not be done at once', () => {
  it('is tried again: libSQL could not be asked for a moment', async () => {
    const key = await keys.newKey()
    const faults = () => keys.rig.logs.filter((line) => line.includes('"fault":"libsql"'))
    const before = faults().length
    await expectReceived(await report({ tokens: [key.token] }), 1)
    keys.rig.libsql.set('closed')
    await expect.poll(() => faults().length).toBeGreaterThan(before)
    keys.rig.libsql.set('open')
    await settled()
    await expectEverywhere(key, 403, 'key_disabled')
    expect(await leaksOf(key)).toHaveLength(1)
  })

  it('is done by the cron: the authority was down', async () => {
    const key = await keys.newKey()
    await keys.use(key)
    await keys.rig.authorities({ fault: 'unreachable' })
    await expectReceived(await report({ tokens: [key.token] }), 1)
    await expect.poll(async () => (await shown(key))['enforcement_state']).toBe('pending')
    await keys.rig.authorities({ fault: 'none' })
    await keys.rig.worker.runCron()
    await expectEverywhere(key, 403, 'key_disabled')
    await settled()
    expect(await leaksOf(key)).toHaveLength(1)
  })

  it('is done by the cron: nothing but the report was recorded', async () => {
    const key = await keys.newKey()
    const [sender, receivedAt] = ['x', Date.now()]
    await keys.db.insert(leakReports).values({ sender, receivedAt, lookupIds: [key.lookupId] })
    await keys.rig.worker.runCron()
    await expectEverywhere(key, 403, 'key_disabled')
  })

  it('is forgotten once it is done and counts no longer', async () => {
    await keys.db.update(leakReports).set({ receivedAt: 1 })
    await keys.rig.worker.runCron()
    await keys.rig.worker.runCron()
    expect(await keys.db.$count(leakReports, eq(leakReports.receivedAt, 1))).toBe(0)
  })
})

describe('a race', () => {
  const RACES: readonly [string, (key: OwnKey) => Promise<HttpAnswer>][] = [
    ['an edit', (key) => keys.call(key, 'PATCH', { ip_acl: ['192.0.2.0/24'] })],
    ['a resumption', (key) => keys.call(key, 'PATCH', { enabled: true })],
    ['a pause', (key) => keys.call(key, 'PATCH', { enabled: false })],
    ['a deletion', (key) => keys.call(key, 'DELETE')],
    ['a rotation', (key) => rotate(key, 3_600)],
  ]

  it.each(RACES)('with %s never leaves the token working', async (_, change) => {
    for (let round = 0; round < 3; round++) {
      const key = await keys.newKey()
      await keys.use(key)
      await Promise.all([
        report({ tokens: [key.token] }),
        change(key),
        report({ tokens: [key.token] }),
        change(key),
      ])
      await settled()
      const used = await keys.use(key)
      expect(used.status).toBeGreaterThan(400)
      expect(['key_disabled', 'key_replaced', 'key_revoked']).toContain(used.json['code'])
      expect((await leaksOf(key)).length).toBeLessThanOrEqual(2)
    }
  })
})

it('a database restored to before the leak does not open the key again', async () => {
  const key = await keys.newKey()
  await report({ tokens: [key.token] })
  await settled()
  const restored = {
    enabled: true,
    leakedAt: null,
    revision: 1,
    version: 1,
    enforcedRevision: 1,
    publishedRevision: 1,
  }
  await keys.db.update(apiKeys).set(restored).where(eq(apiKeys.id, key.id))
  await keys.call(key, 'PATCH', { ip_acl: ['192.0.2.0/24'] })
  await expectEverywhere(key, 403, 'key_disabled')
  expect(await shown(key)).toMatchObject({
    enabled: false,
    leaked_at: expect.any(String) as string,
  })
  expect((await keys.call(key, 'PATCH', { enabled: true })).status).toBe(409)
  const [token] = await keys.db.select().from(tokens).where(eq(tokens.lookupId, key.lookupId))
  expect(token?.endedAt).toBeNull()
})
