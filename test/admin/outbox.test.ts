// What one run of the cron does, against a real libSQL: how much, in which order, and what is left to
// the next run. And what a change of a whole account waits for.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createClient } from '@libsql/client/web'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { migrateDatabase } from '../../harness/migrate.ts'
import { type Sqld, startSqld } from '../../harness/sqld.ts'
import {
  enforcePending,
  type OutboxDeps,
  publishEnforced,
  settleInParts,
} from '../../src/admin/outbox.ts'
import { connect } from '../../src/db/client.ts'
import type { KeyRecord } from '../../src/keys/key-record.ts'
import { toStored } from '../../src/keys/stored-record.ts'
import { insertKeys } from '../../harness/insert-keys.ts'
import { type SqlRecorder, startSqlRecorder } from '../support/sql-recorder.ts'

/** https://developers.cloudflare.com/workers/platform/limits/ */
const SUBREQUESTS = 10_000
/** https://developers.cloudflare.com/kv/platform/limits/ */
const KV_OPERATIONS = 1_000
const MINUTE = 60_000
const START = 1_800_000_000_000

const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-test-'))
let sqld: Sqld
let recorder: SqlRecorder
let now: number

beforeAll(async () => {
  sqld = await startSqld(join(dir, 'libsql'), join(dir, 'libsql.log'))
  await migrateDatabase(sqld.url, undefined)
  recorder = await startSqlRecorder(sqld.url)
  await sql(`INSERT INTO accounts (id, email, email_key, name, status, password_hash, version,
    created_at, updated_at) VALUES ('acc_1', 'a', 'a', 'A', 'active', '-', 1, 0, 0)`)
})
afterAll(async () => {
  await recorder.stop()
  await sqld.stop()
  rmSync(dir, { recursive: true, force: true })
})
beforeEach(async () => {
  now = START
  await sql('DELETE FROM api_keys')
})

async function sql(text: string) {
  const client = createClient({ url: sqld.url })
  const { rows } = await client.execute(text)
  client.close()
  return rows
}

/** Rows that changed a minute and more ago; `pending`, or enforced. */
async function insertOutbox(count: number, state: 'pending' | 'enforced'): Promise<void> {
  await insertKeys(sqld.url, 'acc_1', count)
  const enforced = state === 'enforced' ? 2 : 1
  await sql(`UPDATE api_keys SET revision = 2, enforced_revision = ${enforced},
    revised_at = ${START - 2 * MINUTE} + rowid`)
}

interface Stores extends Partial<Pick<OutboxDeps, 'putRecord'>> {
  readonly advance?: (lookupId: string, record: KeyRecord) => Promise<KeyRecord>
  /** When the leases on what the authorities held before have run out. */
  readonly settled?: Promise<void>
}

/** The cron with stores that are given; what it asked them for. */
function cron(stores: Stores = {}) {
  const advanced: string[] = []
  const put: string[] = []
  recorder.take()
  const deps: OutboxDeps = {
    db: connect(recorder.url, undefined),
    async advance(lookupId, record) {
      advanced.push(lookupId)
      const held = (await stores.advance?.(lookupId, record)) ?? record
      return { ...toStored(held), settled: stores.settled ?? Promise.resolve() }
    },
    async putRecord(lookupId, record) {
      put.push(lookupId)
      await stores.putRecord?.(lookupId, record)
    },
    issuedKeys: { note: async () => undefined, list: async () => [] },
    later: () => undefined,
    wait: () => Promise.resolve(),
    nowMs: () => now,
    logFault: () => undefined,
    forgetUse: async () => undefined,
  }
  async function run() {
    await enforcePending(deps)
    await publishEnforced(deps)
    now += MINUTE
  }
  return { deps, advanced, put, run, asked: () => recorder.countRequests() }
}

const refuse = () => Promise.reject(new Error('refused'))

describe('one run', () => {
  it('stays below the limits of Cloudflare, however much waits', async () => {
    await insertOutbox(3_000, 'pending')
    const { advanced, put, run, asked } = cron()
    await run()
    expect(advanced.length).toBeGreaterThanOrEqual(1_000)
    expect(put.length).toBeLessThan(KV_OPERATIONS)
    expect(advanced.length * 2 + put.length + asked()).toBeLessThan(SUBREQUESTS)
  })

  it('stays below them where every authority holds something newer each time', async () => {
    await insertOutbox(3_000, 'pending')
    let revision = 100
    const { advanced, put, run, asked } = cron({
      advance: async (_, record) => ({ ...record, keyId: 'another', revision: revision++ }),
    })
    await run()
    expect(advanced.length).toBeGreaterThanOrEqual(1_000)
    expect(advanced.length * 2 + put.length + asked()).toBeLessThan(SUBREQUESTS)
  }, 180_000)

  it('asks for all that an account can have', async () => {
    await insertOutbox(1_000, 'pending')
    const { run } = cron()
    await run()
    expect(await sql('SELECT id FROM api_keys WHERE enforced_revision < revision')).toEqual([])
  })

  it('ends its puts soon where KV is down', async () => {
    await insertOutbox(500, 'enforced')
    const { put, run } = cron({ putRecord: refuse })
    await run()
    expect(put.length).toBeLessThan(10)
  })

  it('puts nothing half a minute after it has read a row', async () => {
    await insertOutbox(100, 'enforced')
    const { put, run } = cron({ putRecord: async () => void (now += 10_000) })
    await run()
    expect(put.length).toBeLessThan(100)
    expect(put.length).toBeGreaterThan(0)
  })
})

describe('leases on what was before', () => {
  const countPending = async () => {
    const [row] = await sql('SELECT count(*) AS n FROM api_keys WHERE enforced_revision < revision')
    return row?.['n']
  }
  const SUSPENSION = { respects: ['account_status'], revisions: 1 } as const
  const acts: [string, (deps: OutboxDeps, ids: string[]) => Promise<unknown>][] = [
    ['a suspension', (deps, ids) => settleInParts(ids, () => true, SUSPENSION, deps)],
    ['the cron', (deps) => enforcePending(deps)],
  ]

  it.each(acts)('run out at the same time for 1 000 keys: %s', async (_, act) => {
    await insertOutbox(1_000, 'pending')
    const ids = (await sql('SELECT id FROM api_keys')).map(({ id }) => String(id))
    const leases = Promise.withResolvers<void>()
    const { deps, advanced } = cron({ settled: leases.promise })
    const done = act(deps, ids)
    // Every authority knows of the change before a lease has run out.
    await expect.poll(() => advanced.length).toBe(1_000)
    expect(await countPending()).toBe(1_000)
    leases.resolve()
    await done
    expect(await countPending()).toBe(0)
    expect(advanced).toHaveLength(1_000)
  })
})

describe('a change among many that cannot be brought', () => {
  const refuseOld = (lookupId: string) =>
    lookupId.startsWith('lookup-acc_1-') ? refuse() : Promise.resolve()

  async function insertNew(revisedAt: number, state: 'pending' | 'enforced'): Promise<void> {
    await sql(`INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token,
      application_name, platform, ip_acl, version, revision, enforced_revision, published_revision,
      created_at, updated_at, revised_at) VALUES ('key_new', 'acc_1', 'new', 'A', 'A.x', 'x', 'web',
      '[]', 1, 2, ${state === 'enforced' ? 2 : 1}, 1, 0, 0, ${revisedAt})`)
  }

  it('is brought to its authority by the next run', async () => {
    await insertOutbox(2_500, 'pending')
    const { advanced, run } = cron({
      advance: async (lookupId, record) => (await refuseOld(lookupId), record),
    })
    for (let runs = 0; runs < 3; runs++) await run()
    await insertNew(now - 1_000, 'pending')
    await run()
    expect(advanced).toContain('new')
    expect(await sql("SELECT enforced_revision FROM api_keys WHERE id = 'key_new'")).toMatchObject([
      { enforced_revision: 2 },
    ])
  })

  it('is brought by the next run though it was tried before', async () => {
    await insertNew(START - 1_000, 'pending')
    const { advanced, run } = cron({ advance: refuse })
    await run()
    await insertKeys(sqld.url, 'acc_1', 2_500)
    await sql(`UPDATE api_keys SET revision = 2, revised_at = ${START} WHERE id <> 'key_new'`)
    for (let runs = 0; runs < 3; runs++) await run()
    await sql(`UPDATE api_keys SET revision = 3, revised_at = ${now - 1} WHERE id = 'key_new'`)
    advanced.length = 0
    await run()
    expect(advanced).toContain('new')
  })

  it('is put into KV by the next run', async () => {
    await insertOutbox(2_500, 'enforced')
    let puts = 0
    const { put, run } = cron({
      putRecord: async (lookupId) => {
        if (++puts % 6 > 0) await refuseOld(lookupId) // KV is up, and refuses five names of six
      },
    })
    for (let runs = 0; runs < 3; runs++) await run()
    await insertNew(now - MINUTE, 'enforced')
    await run()
    expect(put).toContain('new')
  })

  it('is brought within as many runs as all of them take', async () => {
    await insertOutbox(2_500, 'pending')
    const { advanced, run } = cron({ advance: refuse })
    for (let runs = 0; runs < 3; runs++) await run()
    expect(new Set(advanced).size).toBe(2_500)
  })
})

describe('a run that was cut off', () => {
  it('leaves the rows which ended it to the end of the next one', async () => {
    await insertOutbox(300, 'pending')
    const first = cron({ advance: () => new Promise(() => undefined) })
    void first.run() // never gets further than its first part
    while (first.advanced.length === 0) await setTimeout(1)
    const tried = new Set(first.advanced)
    now += MINUTE
    const next = cron()
    await next.run()
    expect(tried.size).toBeGreaterThan(1)
    expect(next.advanced).toHaveLength(300)
    expect(next.advanced.slice(0, 200).some((lookupId) => tried.has(lookupId))).toBe(false)
  })
})
