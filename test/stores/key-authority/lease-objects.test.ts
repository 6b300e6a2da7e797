// Leases of real key authorities, in workerd.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeKeyRecord, type KeyRecord } from '../../../src/keys/key-record.ts'
import { toStored } from '../../../src/keys/stored-record.ts'
import type { AuthorityRecord } from '../../../src/stores/key-authority/held-record.ts'
import { questionUrl } from '../../../src/stores/key-authority/question.ts'
import { CALLER_MS, GONE, LIVE, NEWER, type Objects, QUESTION, startObjects } from './objects.ts'

/** The longest term, and how long an authority waits for it. */
const TERM = 5_000
const HOLD = 6_500
const CALLER = { nowMs: CALLER_MS }

let objects: Objects
beforeAll(async () => {
  objects = await startObjects()
})
afterAll(() => objects.stop())

/** Asks for a lease on a record. */
async function lease(name: string, cached: KeyRecord | null = LIVE, leaseMs = TERM) {
  const identity = cached === null ? null : toStored(cached)
  return await objects.ask(name, { ...QUESTION, cached: identity, leaseMs })
}

function stubOf(name: string) {
  return objects.namespace.getByName(name)
}

const sent = (record: KeyRecord): AuthorityRecord => ({
  revision: record.revision,
  gone: record.kind === 'tombstone',
  record: encodeKeyRecord(record),
})

describe('a question', () => {
  it('is answered with the term of the lease and the time of the object, in headers', async () => {
    const name = objects.newName()
    await objects.fill(name)
    const headers = { Lease: '700', 'Asked-At': String(CALLER_MS) }
    const answer = await stubOf(name).fetch(questionUrl(toStored(LIVE)), { headers })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('Lease')).toBe('700')
    const objectMs = Number(answer.headers.get('Object-Time'))
    expect(Math.abs(objectMs - Date.now())).toBeLessThan(60_000)
  })

  it('is answered with a lease on the record that is held instead, too', async () => {
    const name = objects.newName()
    await objects.fill(name, NEWER)
    expect(await lease(name)).toMatchObject({ says: toStored(NEWER), leaseMs: TERM })
    expect(await lease(name, null)).toMatchObject({ says: toStored(NEWER), leaseMs: TERM })
  })

  it('is answered with no lease that it does not ask for', async () => {
    const name = objects.newName()
    await objects.fill(name)
    expect(await lease(name, LIVE, 0)).toMatchObject({ says: 'current', leaseMs: 0 })
    expect(await stubOf(name).advance(sent(NEWER), CALLER)).toMatchObject({ settlesInMs: 0 })
  })

  it.each([
    ['nothing', null, null],
    ['a tombstone', GONE, LIVE],
    ['less than what was asked about', LIVE, NEWER],
  ])('is answered with no lease by an authority that holds %s', async (_, holds, cached) => {
    const name = objects.newName()
    if (holds !== null) await objects.fill(name, holds)
    expect(await lease(name, cached)).toMatchObject({ leaseMs: 0, objectMs: expect.any(Number) })
  })

  it('is answered with a lease even if its report cannot be read', async () => {
    const name = objects.newName()
    await objects.fill(name)
    const headers = { Lease: String(TERM), 'Asked-At': String(CALLER_MS) }
    const init = { method: 'POST', headers, body: 'no report' }
    const answer = await stubOf(name).fetch(questionUrl(toStored(LIVE)), init)
    expect([answer.status, answer.headers.get('Lease')]).toEqual([204, String(TERM)])
    expect(await stubOf(name).advance(sent(NEWER), CALLER)).toMatchObject({ settlesInMs: HOLD })
  })
})

describe('a change', () => {
  it.each([
    ['a newer record', NEWER],
    ['a tombstone', GONE],
  ])('is durable at once, and says how long leases still run: %s', async (_, record) => {
    const name = objects.newName()
    await objects.fill(name)
    await lease(name)
    const answer = await stubOf(name).advance(sent(record), CALLER)
    expect(answer).toEqual({ state: 'current', settlesInMs: HOLD })
    expect(await objects.peek(name)).toEqual(toStored(record))
  })

  it('waits for nobody if nobody has a lease', async () => {
    const name = objects.newName()
    expect(await stubOf(name).advance(sent(NEWER), CALLER)).toMatchObject({ settlesInMs: 0 })
    await objects.fill(name, LIVE)
    expect(await stubOf(name).advance(sent(NEWER), CALLER)).toMatchObject({ settlesInMs: 0 })
  })

  it('waits for the same moment if it is repeated', async () => {
    const name = objects.newName()
    await objects.fill(name)
    await lease(name)
    await stubOf(name).advance(sent(NEWER), CALLER)
    expect(await stubOf(name).advance(sent(NEWER), CALLER)).toMatchObject({ settlesInMs: HOLD })
    const older = await stubOf(name).advance(sent(LIVE), CALLER)
    expect(older).toMatchObject({ state: 'holds', revision: 4, settlesInMs: HOLD })
  })

  it('lets nobody have a lease until it has settled', async () => {
    const name = objects.newName()
    await objects.fill(name)
    await lease(name)
    await stubOf(name).advance(sent(NEWER), CALLER)
    expect(await lease(name, NEWER)).toMatchObject({ says: 'current', leaseMs: 0 })
    expect(await lease(name, LIVE)).toMatchObject({ says: toStored(NEWER), leaseMs: 0 })
  })

  it('waits for leases on what a seed replaced', async () => {
    const name = objects.newName()
    await objects.fill(name)
    await lease(name)
    await objects.seed(name, NEWER, await objects.wordOf(name, NEWER))
    expect(await lease(name, NEWER)).toMatchObject({ says: 'current', leaseMs: 0 })
    const { settlesInMs } = await stubOf(name).advance(sent(NEWER), CALLER)
    expect(settlesInMs).toBeGreaterThan(0)
  })

  it('keeps a caller of an older version waiting until it has settled', async () => {
    const name = objects.newName()
    await objects.fill(name)
    await lease(name, LIVE, 1_000)
    const { settlesInMs } = await stubOf(name).advance(sent(NEWER))
    expect(settlesInMs).toBeGreaterThan(0)
    // A timer and a clock need not agree to the millisecond.
    const left = await stubOf(name).advance(sent(NEWER), { nowMs: CALLER_MS + 60_000 })
    expect(left.settlesInMs).toBeLessThanOrEqual(10)
  })
})

describe('an object that starts again', () => {
  it('lets changes wait for the leases of the instance before', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-objects-'))
    const [used, unused] = [objects.newName(), objects.newName()]
    try {
      const first = await startObjects(dir)
      for (const name of [used, unused]) await first.fill(name)
      await first.ask(used, { ...QUESTION, cached: toStored(LIVE), leaseMs: TERM })
      await first.stop()
      const second = await startObjects(dir)
      await second.advance(used, NEWER)
      await second.advance(unused, NEWER)
      expect(second.waits).toEqual([expect.any(Number)])
      await second.stop()
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })
})
