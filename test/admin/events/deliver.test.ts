// Deliveries against a real database and a real receiver, by a clock that the test moves.

import { mkdtempSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { migrateDatabase } from '../../../harness/migrate.ts'
import { type Sqld, startSqld } from '../../../harness/sqld.ts'
import { auditEvent } from '../../../src/admin/audit.ts'
import { deliverEvents, type EventDeps, forgetEvents } from '../../../src/admin/events/deliver.ts'
import { noteExpiring } from '../../../src/admin/events/expiring.ts'
import { noteUnused } from '../../../src/admin/events/unused.ts'
import { noteExpiries } from '../../../src/admin/expiries.ts'
import { parseEventSecrets } from '../../../src/configuration/event-secrets.ts'
import { insertEvent } from '../../../src/db/audit-queries.ts'
import { connect, type Database } from '../../../src/db/client.ts'
import { listDeliveries, readEventProgress, retryEvents } from '../../../src/db/event-queries.ts'
import type { AuditAction, Changes } from '../../../src/db/schema/audit-events.ts'
import { reasonOf } from '../../../src/log/fault-reason.ts'
import {
  EVENTS_SECRET,
  type EventReceiver,
  type ReceivedEvent,
  startEventReceiver,
} from '../../support/event-receiver.ts'
import { runSql } from '../../support/sql.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const BUDGET_MS = 30_000
const TOKEN = `cpk_A${'1'.repeat(43)}`

const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-test-'))
let sqld: Sqld
let db: Database
let receiver: EventReceiver
let deps: EventDeps
let faults: string[]
let aheadMs = 0

beforeAll(async () => {
  sqld = await startSqld(join(dir, 'libsql'), join(dir, 'libsql.log'))
  await migrateDatabase(sqld.url, undefined)
  db = connect(sqld.url, undefined)
})
afterAll(async () => {
  await sqld.stop()
  rmSync(dir, { recursive: true, force: true })
})

beforeEach(async () => {
  for (const table of ['event_deliveries', 'audit_events', 'api_keys', 'accounts', 'meta']) {
    await runSql(sqld.url, `DELETE FROM ${table}`)
  }
  receiver = await startEventReceiver(() => deps.nowMs())
  faults = []
  aheadMs = 0
  const keys = parseEventSecrets(EVENTS_SECRET) ?? []
  deps = {
    db,
    eventReceiver: { url: receiver.url, keys, timeoutMs: 500 },
    tokenPrefix: 'cpk_',
    logFault: (fault, error) => void faults.push(`${fault} ${reasonOf(error)}`),
    nowMs: () => Date.now() + aheadMs,
  }
})
afterEach(async () => {
  expect(receiver.wrong).toEqual([])
  await receiver.stop()
})

async function happen(keyId: string | null, action: AuditAction, changes: Changes = {}) {
  const actor = { kind: 'customer', accountId: 'acc_1', address: '192.0.2.1' } as const
  const about = { ...(keyId !== null && { keyId }), changes }
  const event = auditEvent(action, actor, deps.nowMs(), about)
  await insertEvent(db, event)
  return event.id
}

const deliver = () => deliverEvents(deps, BUDGET_MS)
const typesOf = (events: readonly ReceivedEvent[]) => events.map(({ type }) => type)
const left = async () => await readEventProgress(db)

/** Runs as the cron does, each minute, until a time has gone by. */
async function passMinutes(minutes: number): Promise<void> {
  for (let i = 0; i < minutes; i++) {
    aheadMs += MINUTE_MS
    await deliver()
  }
}

describe('an event', () => {
  it('is posted once, as the audit has it, and is gone from the list', async () => {
    const id = await happen('key_1', 'key.update', { platform: ['web', 'mobile'] })
    await deliver()
    await deliver()
    expect(receiver.taken).toMatchObject([
      {
        id,
        type: 'key.update',
        data: {
          id,
          action: 'key.update',
          actor: 'customer',
          account_id: 'acc_1',
          key_id: 'key_1',
          address: '192.0.2.1',
          changes: { platform: ['web', 'mobile'] },
        },
      },
    ])
    expect(receiver.taken[0]?.timestamp).toBe(receiver.taken[0]?.data['at'])
    expect(await left()).toEqual({ waiting: 0, oldestAtMs: null, failed: 0 })
    expect(faults).toEqual([])
  })

  it('holds no token, whatever text holds one', async () => {
    await happen('key_1', 'key.update', { application_name: ['CRM', `CRM ${TOKEN}`] })
    await deliver()
    expect(receiver.taken[0]?.text).not.toContain(TOKEN)
    expect(receiver.taken[0]?.text).toContain('CRM cpk_…')
  })

  it('comes in order for its key, while another key waits for nothing', async () => {
    receiver.replyWith(({ data, type }, response) => {
      if (data['key_id'] !== 'key_1' || type !== 'key.create') return 'taken'
      return response.writeHead(500).end()
    })
    await happen('key_1', 'key.create')
    await happen('key_1', 'key.disable')
    await happen('key_2', 'key.create')
    await happen('key_1', 'key.delete')
    await happen(null, 'session.create')
    await deliver()
    expect(typesOf(receiver.taken).toSorted()).toEqual(['key.create', 'session.create'])
    expect(await left()).toMatchObject({ waiting: 3 })
    receiver.replyWith(() => 'taken')
    await passMinutes(1)
    const ofFirst = receiver.taken.filter(({ data }) => data['key_id'] === 'key_1')
    expect(typesOf(ofFirst)).toEqual(['key.create', 'key.disable', 'key.delete'])
  })

  it('comes once and in order where many runs meet', async () => {
    const wanted: string[] = []
    for (let i = 0; i < 12; i++) {
      for (const key of ['key_1', 'key_2', 'key_3']) wanted.push(await happen(key, 'key.update'))
    }
    await Promise.all(Array.from({ length: 6 }, deliver))
    await deliver()
    expect(receiver.taken.map(({ id }) => id).toSorted()).toEqual(wanted.toSorted())
    for (const key of ['key_1', 'key_2', 'key_3']) {
      const ids = receiver.taken.filter(({ data }) => data['key_id'] === key).map(({ id }) => id)
      expect(ids).toEqual(wanted.filter((id) => ids.includes(id)))
    }
  })

  it('is sent again after a run that died with it', async () => {
    await happen('key_1', 'key.create')
    await happen('key_1', 'key.delete')
    let settleFails = true
    const dying = new Proxy(db, {
      get(target, name: keyof Database) {
        if (name === 'batch' && settleFails) return () => Promise.reject(new Error('died'))
        return target[name]
      },
    })
    await expect(deliverEvents({ ...deps, db: dying }, BUDGET_MS)).rejects.toThrow('died')
    settleFails = false
    await deliver() // the claim runs on
    expect(typesOf(receiver.received)).toEqual(['key.create'])
    await passMinutes(2)
    expect(typesOf(receiver.received)).toEqual(['key.create', 'key.create', 'key.delete'])
    expect(receiver.received[0]?.id).toBe(receiver.received[1]?.id)
  })
})

describe('a receiver', () => {
  const failing: [string, string, (response: ServerResponse) => void][] = [
    ['fails', 'http_500', (response) => void response.writeHead(500).end('x'.repeat(100_000))],
    ['is gone', 'http_410', (response) => void response.writeHead(410).end()],
    ['hangs', 'timeout', () => undefined],
    ['breaks off', 'unreachable', (response) => void response.destroy()],
  ]
  it.each(failing)('that %s is tried again within a minute', async (_, reason, fail) => {
    receiver.replyWith((_event, response) => fail(response))
    const id = await happen('key_1', 'key.delete')
    await deliver()
    expect(faults).toEqual([`events ${reason}`])
    const [row] = await listDeliveries(db, { failed: undefined, before: undefined }, 10)
    expect(row).toMatchObject({ eventId: id, attempts: 1, reason, status: 'next' })
    receiver.replyWith(() => 'taken')
    await passMinutes(1)
    expect(receiver.taken.map((event) => event.id)).toEqual([id])
    expect(await left()).toMatchObject({ waiting: 0, failed: 0 })
  })

  it('that redirects is not followed', async () => {
    const elsewhere = await startEventReceiver()
    try {
      receiver.replyWith((_, response) => {
        response.writeHead(307, { Location: elsewhere.url }).end()
      })
      await happen('key_1', 'key.delete')
      await deliver()
      expect(elsewhere.received).toEqual([])
      expect(elsewhere.wrong).toEqual([])
      expect(faults).toEqual(['events http_307'])
    } finally {
      await elsewhere.stop()
    }
  })

  it('that sends a body without an end is not waited for', async () => {
    receiver.replyWith((_, response) => {
      response.writeHead(200).write('{')
    })
    await happen('key_1', 'key.delete')
    await deliver()
    expect(receiver.received).toHaveLength(1)
    expect(await left()).toMatchObject({ waiting: 0 })
  })

  it.each([429, 503])(
    'that answers %i with Retry-After has its pause, of all keys',
    async (status) => {
      receiver.replyWith((_, response) => {
        response.writeHead(status, { 'Retry-After': '150' }).end()
      })
      await happen('key_1', 'key.delete')
      await deliver()
      await happen('key_2', 'key.delete')
      await passMinutes(2)
      expect(receiver.received).toHaveLength(1)
      receiver.replyWith(() => 'taken')
      await passMinutes(1)
      expect(receiver.taken).toHaveLength(2)
    },
  )

  it('that asks for a pause of a year has an hour', async () => {
    receiver.replyWith((_, response) => {
      const date = new Date(Date.now() + 365 * DAY_MS).toUTCString()
      response.writeHead(503, { 'Retry-After': date }).end()
    })
    await happen('key_1', 'key.delete')
    await deliver()
    receiver.replyWith(() => 'taken')
    aheadMs += HOUR_MS - MINUTE_MS
    await deliver()
    expect(receiver.taken).toEqual([])
    aheadMs += 2 * MINUTE_MS
    await deliver()
    expect(receiver.taken).toHaveLength(1)
  })

  it('that is down is asked a bounded number of times in a run', async () => {
    receiver.replyWith((_, response) => void response.writeHead(502).end())
    for (let i = 0; i < 25; i++) await happen(`key_${i}`, 'key.delete')
    await deliver()
    expect(receiver.received).toHaveLength(10)
    expect(faults).toEqual(['events http_502'])
    await passMinutes(2)
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(25)
  })
})

describe('an event that is never taken', () => {
  it('is tried with growing waits for three days, then listed, and the next of its key follows', async () => {
    const attempts: number[] = []
    receiver.replyWith((event, response) => {
      if (event.type === 'key.delete') return 'taken'
      attempts.push(deps.nowMs())
      return response.writeHead(400).end()
    })
    const id = await happen('key_1', 'key.create')
    await happen('key_1', 'key.delete')
    const beganMs = deps.nowMs()
    const recover = async () => (await left()).failed === 1
    await deliver()
    // As the cron does, but only where something is due.
    for (let i = 0; i < 200 && !(await recover()); i++) {
      const [, first] = await listDeliveries(db, { failed: undefined, before: undefined }, 10)
      const untilMs = Math.max((first?.nextAt ?? 0) - deps.nowMs(), 0)
      aheadMs += Math.max(Math.ceil(untilMs / MINUTE_MS), 1) * MINUTE_MS
      await deliver()
    }
    const waits = attempts.slice(1).map((at, i) => at - (attempts[i] ?? 0))
    expect(waits[0]).toBeLessThan(1.5 * MINUTE_MS)
    expect(waits.every((wait, i) => i === 0 || wait > (waits[i - 1] ?? 0) * 0.9)).toBe(true)
    expect(Math.max(...waits)).toBeLessThan(1.2 * HOUR_MS)
    const tookMs = (attempts.at(-1) ?? 0) - beganMs
    expect(tookMs).toBeGreaterThanOrEqual(3 * DAY_MS - 1_000)
    expect(tookMs).toBeLessThan(3 * DAY_MS + 2 * HOUR_MS)
    await passMinutes(1)
    expect(typesOf(receiver.taken)).toEqual(['key.delete'])
    const listed = await listDeliveries(db, { failed: true, before: undefined }, 10)
    expect(listed).toMatchObject([{ eventId: id, status: 'failed', reason: 'http_400' }])

    receiver.replyWith(() => 'taken')
    await passMinutes(2)
    expect(typesOf(receiver.taken)).toEqual(['key.delete'])
    expect(await retryEvents(db, deps.nowMs())).toBe(1)
    await deliver()
    expect(typesOf(receiver.taken)).toEqual(['key.delete', 'key.create'])
  })

  it('is removed after 90 days', async () => {
    await happen('key_1', 'key.create')
    await runSql(sqld.url, "UPDATE event_deliveries SET status = 'failed'")
    aheadMs = 89 * DAY_MS
    await forgetEvents(deps)
    expect(await left()).toMatchObject({ failed: 1 })
    aheadMs = 91 * DAY_MS
    await forgetEvents(deps)
    expect(await left()).toMatchObject({ failed: 0 })
  })
})

describe('another attempt for all', () => {
  it('takes those first that came first, and leaves alone what is being sent', async () => {
    receiver.replyWith((_, response) => void response.writeHead(500).end())
    const ids = []
    for (let i = 0; i < 4; i++) ids.push(await happen('key_1', 'key.update'))
    await runSql(sqld.url, "UPDATE event_deliveries SET status = 'failed', since = 0")
    await happen('key_2', 'key.delete')
    await deliver()
    await passMinutes(3)
    expect(await retryEvents(db, deps.nowMs())).toBe(5)
    expect(await retryEvents(db, deps.nowMs())).toBe(0)
    const before = receiver.received.length
    let sending: Promise<unknown> | undefined
    receiver.replyWith(async ({ data }) => {
      if (data['key_id'] === 'key_2')
        await (sending ??= retryEvents(db, deps.nowMs()).then(deliver))
      return 'taken'
    })
    await deliver()
    expect(
      receiver.received.slice(before).filter(({ data }) => data['key_id'] === 'key_2'),
    ).toHaveLength(1)
    const ofFirst = receiver.taken.filter(({ data }) => data['key_id'] === 'key_1')
    expect(ofFirst.map(({ id }) => id)).toEqual(ids)
  })
})

describe('a deployment without a receiver', () => {
  it('keeps events for an hour, and has no notices', async () => {
    const without = { ...deps, eventReceiver: undefined }
    await happen('key_1', 'key.create')
    await noteExpiring(without)
    await deliverEvents(without, BUDGET_MS)
    await forgetEvents(without)
    expect(await left()).toMatchObject({ waiting: 1 })
    aheadMs = 61 * MINUTE_MS
    await forgetEvents(without)
    expect(await left()).toMatchObject({ waiting: 0 })
    expect(receiver.received).toEqual([])
  })
})

async function insertKey(
  id: string,
  expiresAt: number | null,
  deletedAt: number | null = null,
  createdAt = 1,
): Promise<void> {
  await runSql(
    sqld.url,
    `INSERT OR IGNORE INTO accounts (id, email, email_key, name, status, password_hash, version, created_at, updated_at)
      VALUES ('acc_1', 'a@example.com', 'a@example.com', 'A', 'active', 'x', 1, 1, 1)`,
  )
  await runSql(
    sqld.url,
    `INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token, application_name, platform, ip_acl,
      version, revision, published_revision, created_at, updated_at, revised_at, expires_at, deleted_at)
      VALUES (?, 'acc_1', ?, 'A', 'A.x', 'CRM', 'web', '[]', 1, 1, 1, ?, 1, 1, ${expiresAt}, ${deletedAt})`,
    [id, `lookup-${id}`, createdAt],
  )
}

describe('a key that ends', () => {
  it('has a notice 30, 7 and 1 days before, and one when it has ended', async () => {
    await noteExpiring(deps)
    const expiresAt = Math.floor(deps.nowMs() + 31 * DAY_MS)
    await insertKey('key_1', expiresAt)
    await insertKey('key_2', Math.floor(deps.nowMs() + 5 * DAY_MS))
    await insertKey('key_3', expiresAt, 1)
    for (let day = 0; day < 33; day++) {
      aheadMs += DAY_MS / 2
      await Promise.all([noteExpiring(deps), noteExpiring(deps)])
      await noteExpiring(deps)
      aheadMs += DAY_MS / 2
      await noteExpiring(deps)
      await noteExpiries(deps)
      await deliver()
    }
    const end = new Date(expiresAt).toISOString()
    const ofKey = (key: string) => receiver.taken.filter(({ data }) => data['key_id'] === key)
    expect(
      ofKey('key_1').map(({ type, data }) => [type, data['days'] ?? data['expires_at']]),
    ).toEqual([
      ['key.expiring', 30],
      ['key.expiring', 7],
      ['key.expiring', 1],
      ['key.expire', undefined],
      ['key.expired', end],
    ])
    expect(ofKey('key_1')[0]?.data).toMatchObject({ account_id: 'acc_1', expires_at: end })
    expect(typesOf(ofKey('key_2'))).toEqual(['key.expiring', 'key.expire', 'key.expired'])
    expect(ofKey('key_3')).toEqual([])
    const noticedMs = Date.parse(ofKey('key_1')[0]?.timestamp ?? '')
    expect(expiresAt - noticedMs).toBeLessThanOrEqual(30 * DAY_MS)
    expect(expiresAt - noticedMs).toBeGreaterThan(29 * DAY_MS)
  })
})

describe('a key that nobody uses', () => {
  it('has a notice after 90 days without use, and again after 90 more', async () => {
    const used = new Map([['lookup-key_2', 0]])
    const unusedDeps = {
      ...deps,
      async summarizeUse(lookupId: string) {
        if (lookupId === 'lookup-key_3') throw new Error('The authority does not answer')
        return { lastUsedMs: used.get(lookupId) ?? 0 }
      },
    }
    const madeAt = Math.floor(deps.nowMs())
    for (const id of ['key_1', 'key_2', 'key_3', 'key_4']) await insertKey(id, null, null, madeAt)
    await insertKey('key_5', null, 1, madeAt)
    for (let day = 1; day <= 200; day++) {
      aheadMs += DAY_MS
      if (day === 60) used.set('lookup-key_2', Math.floor(deps.nowMs()))
      if (day % 7 === 0) used.set('lookup-key_4', Math.floor(deps.nowMs()))
      await Promise.all([noteUnused(unusedDeps), noteUnused(unusedDeps)])
    }
    await deliver()
    const days = (event: ReceivedEvent) =>
      Math.round((Date.parse(event.timestamp) - madeAt) / DAY_MS)
    const told = receiver.taken.map((event) => [
      event.type,
      event.data['key_id'],
      days(event),
      event.data['last_used_at'],
    ])
    const lastUsedAt = new Date(used.get('lookup-key_2') ?? 0).toISOString()
    expect(told.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      ['key.unused', 'key_1', 180, null],
      ['key.unused', 'key_1', 90, null],
      ['key.unused', 'key_2', 150, lastUsedAt],
    ])
    expect(faults).toContain('authority other')
  })
})
