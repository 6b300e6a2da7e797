// What real key authorities hold and answer, in workerd.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeKeyRecord, type KeyRecord } from '../../../src/keys/key-record.ts'
import { readStored, toStored } from '../../../src/keys/stored-record.ts'
import { GONE, LIVE, NEWER, type Objects, QUESTION, startObjects } from './objects.ts'

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
  const { settled, word: _, ...held } = await objects.advance(name, record)
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

  it('keeps nothing live without its word, which each change makes anew', async () => {
    const name = objects.newName()
    const early = await objects.wordOf(name)
    expect(await objects.seed(name, LIVE, undefined)).toEqual(toStored(LIVE))
    expect(await objects.seed(name, LIVE, 'another word')).toEqual(toStored(LIVE))
    expect(await objects.peek(name)).toBeNull()
    // A change of a key that nobody has used. Who asks from here on is told by libSQL.
    const { word, settled: _, ...held } = await objects.advance(name, NEWER)
    expect(held).toEqual(toStored(NEWER))
    expect(word).toBe(await objects.wordOf(name))
    await objects.seed(name, LIVE, early)
    expect(await objects.peek(name)).toBeNull()
    expect(await objects.seed(name, NEWER, word)).toEqual(toStored(NEWER))
    // A reader from before says less than what came meanwhile.
    expect(await objects.seed(name, { ...LIVE, revision: 9 }, early)).toEqual(toStored(NEWER))
  })

  it('holds the newest of many that come at once', async () => {
    const name = objects.newName()
    await objects.fill(name, { ...LIVE, revision: 0 })
    const revisions = Array.from({ length: 20 }, (_, i) => ((i * 7) % 20) + 1)
    await Promise.all(revisions.map((revision) => objects.advance(name, { ...LIVE, revision })))
    expect(await objects.peek(name)).toEqual(toStored({ ...LIVE, revision: 20 }))
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
  it('counts denials, whether it holds a record or not, and drops them with the key', async () => {
    const name = objects.newName()
    const now = Date.now()
    const times = { firstAtMs: now, lastAtMs: now }
    const denial = { address: '203.0.113.7', count: 2, ...times, enforced: true }
    const old = { ...denial, firstAtMs: now - 90_000_000, lastAtMs: now - 86_400_000 }
    const report = async (...denials: (typeof denial)[]) =>
      await objects.ask(name, { ...QUESTION, cached: toStored(LIVE), report: { denials } })
    expect(await objects.listDenials(name)).toEqual([])
    expect(await report(denial, old)).toMatchObject({ says: { kind: 'unknown' } })
    await objects.fill(name)
    expect(await report(denial)).toMatchObject({ says: 'current' })
    // A version without leases sends them by themselves.
    await objects.namespace.getByName(name).countDenials([denial])
    expect(await objects.listDenials(name)).toEqual([{ ...denial, count: 6 }])

    await objects.advance(name, GONE)
    expect(await report(denial)).toMatchObject({ says: toStored(GONE) })
    expect(await objects.listDenials(name)).toEqual([])
  })
})
