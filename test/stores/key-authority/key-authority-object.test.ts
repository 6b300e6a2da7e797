// What real key authorities hold and answer, in workerd.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  encodeKeyRecord,
  type KeyRecord,
  type LiveKeyRecord,
} from '../../../src/keys/key-record.ts'
import { readStored, toStored } from '../../../src/keys/stored-record.ts'
import { noCounts, type UseReport } from '../../../src/keys/use.ts'
import { CALLER_MS, GONE, LIVE, NEWER, type Objects, QUESTION, startObjects } from './objects.ts'

const LATEST: LiveKeyRecord = { ...LIVE, revision: 6 }

let objects: Objects
beforeAll(async () => {
  objects = await startObjects()
})
afterAll(() => objects.stop())

/** What a change or a seed answers, without its wait. */
async function bring(
  by: 'seed' | 'advance',
  name: string,
  record: KeyRecord,
  word?: string,
): Promise<object> {
  if (by === 'seed') return await objects.seed(name, record, word)
  const { settled, ...held } = await objects.advance(name, record)
  await settled
  return held
}

describe('an authority', () => {
  it('that holds nothing says so', async () => {
    const name = objects.newName()
    expect(await objects.check(name, null)).toMatchObject({ kind: 'unknown' })
    expect(await objects.check(name, toStored(LIVE))).toMatchObject({ kind: 'unknown' })
    expect(await objects.peek(name)).toBeNull()
  })

  it('holds what it was seeded with, and calls it current', async () => {
    const name = objects.newName()
    const word = await objects.wordOf(name)
    expect(await objects.seed(name, LIVE, word)).toEqual(toStored(LIVE))
    expect(await objects.check(name, toStored(LIVE))).toBe('current')
    expect(await objects.check(name, null)).toEqual(toStored(LIVE))
    expect(await objects.peek(name)).toEqual(toStored(LIVE))
    const other = await objects.check(objects.newName(), toStored(LIVE))
    expect(other).toMatchObject({ kind: 'unknown' })
  })

  it.each(['seed', 'advance'] as const)('only rises: %s', async (by) => {
    const name = objects.newName()
    await objects.fill(name)
    const word = await objects.wordOf(name, { ...LIVE, revision: 99 })
    for (const record of [NEWER, LIVE, { ...LIVE, revision: 4 }]) {
      expect(await bring(by, name, record, word)).toEqual(toStored(NEWER))
    }
    expect(await objects.check(name, toStored(LIVE))).toEqual(toStored(NEWER))
    expect(await objects.check(name, toStored(NEWER))).toBe('current')
  })

  it('does not call a record current that is newer than its own: it has lost something', async () => {
    const name = objects.newName()
    await objects.fill(name)
    const word = await objects.wordOf(name, NEWER)
    expect(await objects.seed(name, NEWER, word)).toEqual(toStored(NEWER))
    expect(await objects.check(name, toStored(NEWER))).toBe('current')
  })

  it.each([
    ['of another account', { ...LIVE, accountId: 'acc_2' }],
    ['of another key', { ...LIVE, keyId: 'key_2' }],
    ['with another ACL', { ...LIVE, ipAcl: [] }],
    ['in another mode', { ...LIVE, ipAclMode: 'report' }],
    ['with another status', { ...LIVE, accountStatus: 'suspended' }],
    ['that is a tombstone', { kind: 'tombstone', revision: 3, keyId: 'key_1', replacedAtMs: null }],
  ] as const)('does not call a record current by its revision: one %s', async (_, cached) => {
    const name = objects.newName()
    await objects.fill(name)
    expect(await objects.check(name, toStored(cached))).toEqual(toStored(LIVE))
  })

  it.each([
    ['a space more', (text: string) => text.replace('{', '{ ')],
    ['a member more', (text: string) => text.replace('{', '{"else":1,')],
    ['another order', (text: string) => text.replace(/^\{("format":1),(.*)\}$/, '{$2,$1}')],
  ])('calls no other text current: %s', async (_, alter) => {
    const name = objects.newName()
    await objects.fill(name)
    const altered = readStored(alter(encodeKeyRecord(LIVE)))
    expect(altered).toMatchObject(LIVE)
    expect(await objects.check(name, altered)).toEqual(toStored(LIVE))
  })

  it('is asked by revision alone by a version that knows no tags', async () => {
    const name = objects.newName()
    await objects.fill(name)
    const ask = (path: string) =>
      objects.namespace.getByName(name).fetch(`http://key-authority/${path}`)
    expect((await ask('3')).status).toBe(204)
    expect(await (await ask('2')).json()).toMatchObject({ state: 'holds', revision: 3 })
    for (const path of ['4', '3x', '-', '3.5', '1e9', '%33'])
      expect(await (await ask(path)).json(), path).toMatchObject({ state: 'unknown' })
  })

  it('keeps nothing live that was read in libSQL without its word', async () => {
    const name = objects.newName()
    expect(await objects.seed(name, LIVE, undefined)).toEqual(toStored(LIVE))
    expect(await objects.seed(name, LIVE, 'another word')).toEqual(toStored(LIVE))
    expect(await objects.peek(name)).toBeNull()
  })

  it('holds the newest of many that come at once', async () => {
    const name = objects.newName()
    await objects.fill(name, { ...LIVE, revision: 0 })
    const revisions = Array.from({ length: 20 }, (_, i) => ((i * 7) % 20) + 1)
    await Promise.all(revisions.map((revision) => objects.advance(name, { ...LIVE, revision })))
    expect(await objects.peek(name)).toEqual(toStored({ ...LIVE, revision: 20 }))
  })
})

describe('an authority, of a change of a key that nobody has used', () => {
  const UNCONFIRMED = { kind: 'unknown', unconfirmed: toStored(NEWER) }

  it('keeps it, but no request is judged by it', async () => {
    const name = objects.newName()
    for (let i = 0; i < 2; i++) {
      expect(await bring('advance', name, NEWER)).toEqual(toStored(NEWER))
      expect(await objects.peek(name)).toEqual(toStored(NEWER))
      for (const cached of [null, toStored(LIVE), toStored(NEWER)]) {
        const { says, leaseMs } = await objects.ask(name, { ...QUESTION, cached, leaseMs: 1_000 })
        expect(says).toMatchObject(UNCONFIRMED)
        expect(leaseMs).toBe(0)
      }
    }
  })

  it.each<[string, LiveKeyRecord, LiveKeyRecord]>([
    ['the same', NEWER, NEWER],
    ['a newer one, of a change that the authority has lost', LATEST, LATEST],
    ['an older one, of a database that was restored', LIVE, NEWER],
    ['another one of the same revision', { ...LIVE, revision: NEWER.revision }, NEWER],
  ])('goes by what libSQL says with its word: %s', async (_, read, held) => {
    const name = objects.newName()
    await objects.advance(name, NEWER)
    const word = await objects.wordOf(name)
    expect(await objects.seed(name, read, word)).toEqual(toStored(held))
    expect(await objects.check(name, toStored(held))).toBe('current')
    // Who was told the same word has read no more than that.
    expect(await objects.seed(name, { ...LIVE, revision: 9 }, word)).toEqual(toStored(held))
  })

  it('makes its word anew, so that nobody confirms it who read libSQL before', async () => {
    const name = objects.newName()
    const early = await objects.wordOf(name)
    await objects.advance(name, NEWER)
    for (const read of [LIVE, NEWER]) {
      expect(await objects.seed(name, read, early)).toEqual(toStored(NEWER))
    }
    // The change came late, and this reader knows of a later one.
    expect(await objects.seed(name, LATEST, early)).toEqual(toStored(LATEST))
    expect(await objects.check(name, null)).toMatchObject(UNCONFIRMED)
  })

  it('keeps the newest of several, in any order', async () => {
    const name = objects.newName()
    for (const record of [LIVE, LATEST, NEWER]) await objects.advance(name, record)
    const unconfirmed = toStored(LATEST)
    expect(await objects.check(name, null)).toMatchObject({ kind: 'unknown', unconfirmed })
    expect(await bring('advance', name, GONE)).toEqual(toStored(GONE))
    expect(await objects.check(name, null)).toEqual(toStored(GONE))
  })

  it('keeps nothing of a key that has no row, and asks readers to read again', async () => {
    const name = objects.newName()
    const early = await objects.wordOf(name)
    await objects.advance(name, { ...LIVE, revision: 0 })
    expect(await objects.peek(name)).toBeNull()
    await objects.seed(name, LIVE, early)
    expect(await objects.peek(name)).toBeNull()
  })
})

describe('an authority, of a tombstone', () => {
  it.each(['seed', 'advance'] as const)('keeps it from whoever brings it: %s', async (by) => {
    const name = objects.newName()
    expect(await bring(by, name, GONE)).toEqual(toStored(GONE))
    expect(await objects.peek(name)).toEqual(toStored(GONE))
  })

  it.each(['seed', 'advance'] as const)('lets nothing follow it: %s', async (by) => {
    const name = objects.newName()
    await objects.advance(name, GONE)
    const late = { ...LIVE, revision: 9 }
    expect(await bring(by, name, late)).toEqual(toStored(GONE))
    for (const cached of [null, LIVE, GONE, late]) {
      expect(await objects.check(name, cached && toStored(cached))).toEqual(toStored(GONE))
    }
  })

  it('takes it at any revision', async () => {
    const name = objects.newName()
    const late = { ...LIVE, revision: 9 }
    await objects.fill(name, late)
    expect(await bring('advance', name, GONE)).toEqual(toStored(GONE))
    expect(await objects.check(name, toStored(late))).toEqual(toStored(GONE))
  })
})

describe('an authority, of what locations report', () => {
  it('counts denials of older versions, whether it holds a record or not', async () => {
    const name = objects.newName()
    const object = objects.namespace.getByName(name)
    const denial = { address: '203.0.113.7', count: 2, ...timesOf(Date.now()), enforced: true }
    expect(await objects.listDenials(name)).toEqual([])
    await object.countDenials([denial])
    await objects.fill(name)
    await object.countDenials([denial])
    const [listed, ...others] = await objects.listDenials(name)
    expect(others).toEqual([])
    expect(listed).toMatchObject({ address: '203.0.113.7', count: 4, enforced: true })
    expect(await objects.summarizeUse(name)).toMatchObject({
      allowed: 0,
      refused: { ip_denied: 4 },
      lastUsedMs: 0,
      lastAddress: null,
    })
  })

  it('counts use, and drops it with the key', async () => {
    const name = objects.newName()
    expect((await report(name, usedOnce('203.0.113.7'))).unwrittenMs).toBe(0)
    const { unwrittenMs } = await report(name, usedOnce('203.0.113.8'))
    expect(unwrittenMs).toBeGreaterThan(0)
    expect(unwrittenMs).toBeLessThanOrEqual(10_000)
    const summary = await objects.summarizeUse(name)
    expect(summary).toMatchObject({ allowed: 2, refused: {}, allowedLastHour: 2 })
    expect(Math.abs(summary.lastUsedMs - Date.now())).toBeLessThan(30_000)
    const details = await objects.detailUse(name, LAST_DAY)
    const addresses = new Set(details.addresses.map(({ address }) => address))
    expect(addresses).toEqual(new Set(['203.0.113.7', '203.0.113.8']))
    expect(details.buckets.reduce((sum, { allowed }) => sum + allowed, 0)).toBe(2)

    await objects.advance(name, GONE)
    await report(name, usedOnce('203.0.113.7'))
    expect(await objects.summarizeUse(name)).toMatchObject({ allowed: 0, lastUsedMs: 0 })
    expect((await objects.detailUse(name, LAST_DAY)).addresses).toEqual([])
  })

  it('keeps what was counted of a token that has ended, until the key is deleted', async () => {
    const name = objects.newName()
    await objects.fill(name)
    await report(name, usedOnce('203.0.113.7'))
    await objects.advance(name, ENDED)
    await report(name, { ...usedOnce('203.0.113.7'), allowed: 0, refused: { key_replaced: 1 } })
    const counted = { allowed: 1, refused: { key_replaced: 1 } }
    expect(await objects.summarizeUse(name)).toMatchObject(counted)
    await objects.forgetUse(name)
    expect(await objects.summarizeUse(name)).toMatchObject({ allowed: 0, refused: {} })
  })

  it('loses at most what it was told in the ten seconds before it ended', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'portal-gateway-use-'))
    try {
      const name = objects.newName()
      const before = await startObjects(stateDir)
      await before.ask(name, { ...QUESTION, use: usedOnce('203.0.113.7') })
      await before.ask(name, { ...QUESTION, use: usedOnce('203.0.113.7') })
      expect(await before.summarizeUse(name)).toMatchObject({ allowed: 2 })
      await before.stop()
      const after = await startObjects(stateDir)
      expect((await after.summarizeUse(name)).allowed).toBeGreaterThanOrEqual(1)
      await after.stop()
    } finally {
      rmSync(stateDir, { recursive: true, force: true })
    }
  })
})

const ENDED: KeyRecord = { kind: 'tombstone', revision: 5, keyId: 'key_1', replacedAtMs: 1_000 }
const LAST_DAY = {
  by: 'hour',
  fromMs: Date.now() - 86_400_000,
  toMs: Date.now() + 3_600_000,
} as const

function report(name: string, use: UseReport) {
  return objects.ask(name, { ...QUESTION, cached: toStored(LIVE), use })
}

function usedOnce(address: string): UseReport {
  const nowMs = CALLER_MS
  const counts = { ...noCounts(), allowed: 1, firstMs: nowMs, lastMs: nowMs, lastAllowedMs: nowMs }
  const times = { firstAllowedMs: nowMs, lastAllowedMs: nowMs }
  return { sentMs: nowMs, allowed: 1, refused: {}, ...times, addresses: [{ address, ...counts }] }
}

function timesOf(atMs: number) {
  return { firstAtMs: atMs, lastAtMs: atMs }
}
