import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeKeyRecord, type KeyRecord, type LiveKeyRecord } from '../../src/keys/key-record.ts'
import { readStored, toStored } from '../../src/keys/stored-record.ts'
import { checkUrl } from '../../src/stores/authority-check.ts'
import {
  type AuthorityNamespace,
  createKeyAuthorities,
  type KeyAuthorities,
} from '../../src/stores/key-authority.ts'
import { type Rig, startRig } from '../support/rig.ts'

const LIVE: LiveKeyRecord = {
  kind: 'live',
  revision: 3,
  keyId: 'key_1',
  accountId: 'acc_1',
  accountStatus: 'active',
  ipAcl: ['10.0.0.0/8'],
  ipAclMode: 'enforce',
}
const NEWER: LiveKeyRecord = { ...LIVE, revision: 4, ipAcl: [] }
const GONE: KeyRecord = { kind: 'tombstone', revision: 5, keyId: 'key_1' }

let rig: Rig
let objects: AuthorityNamespace
let authorities: KeyAuthorities

beforeAll(async () => {
  rig = await startRig()
  const namespace = await rig.worker.miniflare.getDurableObjectNamespace('KEY_AUTHORITY')
  objects = namespace as unknown as AuthorityNamespace
  authorities = createKeyAuthorities(objects, 5_000)
})
afterAll(() => rig.stop())

/** Asks about a copy of this record. */
const copyOf = (record: KeyRecord) => toStored(record)

/** The word of an authority that does not know. */
async function wordOf(id: string, copy: KeyRecord | null = null) {
  const standing = await authorities.check(id, copy === null ? null : copyOf(copy))
  if (standing === 'current' || standing.kind !== 'unknown') throw new Error('The authority knows')
  return standing.word
}

/** Brings a record as a reader of libSQL does. */
async function fill(id: string, record: KeyRecord = LIVE) {
  return await authorities.seed(id, record, await wordOf(id))
}

describe('an authority', () => {
  it('that holds nothing says so', async () => {
    const id = randomUUID()
    expect(await authorities.check(id, null)).toMatchObject({ kind: 'unknown' })
    expect(await authorities.check(id, copyOf(LIVE))).toMatchObject({ kind: 'unknown' })
    expect(await authorities.peek(id)).toBeNull()
  })

  it('holds what it was seeded with, and calls it current', async () => {
    const id = randomUUID()
    expect(await fill(id)).toEqual(copyOf(LIVE))
    expect(await authorities.check(id, copyOf(LIVE))).toBe('current')
    expect(await authorities.check(id, null)).toEqual(copyOf(LIVE))
    expect(await authorities.peek(id)).toEqual(copyOf(LIVE))
    expect(await authorities.check(randomUUID(), copyOf(LIVE))).toMatchObject({ kind: 'unknown' })
  })

  it.each(['seed', 'advance'] as const)('only rises: %s', async (by) => {
    const id = randomUUID()
    await fill(id)
    const word = await wordOf(id, { ...LIVE, revision: 99 })
    const bring = (record: KeyRecord) => authorities[by](id, record, word)
    expect(await bring(NEWER)).toEqual(copyOf(NEWER))
    expect(await bring(LIVE)).toEqual(copyOf(NEWER))
    expect(await bring({ ...LIVE, revision: 4 })).toEqual(copyOf(NEWER))
    expect(await authorities.check(id, copyOf(LIVE))).toEqual(copyOf(NEWER))
    expect(await authorities.check(id, copyOf(NEWER))).toBe('current')
  })

  it('does not call a copy current that is newer than what it holds: it has lost something', async () => {
    const id = randomUUID()
    await fill(id)
    const word = await wordOf(id, NEWER)
    expect(await authorities.seed(id, NEWER, word)).toEqual(copyOf(NEWER))
    expect(await authorities.check(id, copyOf(NEWER))).toBe('current')
  })

  it.each([
    ['of another account', { ...LIVE, accountId: 'acc_2' }],
    ['of another key', { ...LIVE, keyId: 'key_2' }],
    ['with another ACL', { ...LIVE, ipAcl: [] }],
    ['in another mode', { ...LIVE, ipAclMode: 'report' }],
    ['with another status', { ...LIVE, accountStatus: 'suspended' }],
    ['that is gone', { kind: 'tombstone', revision: 3, keyId: 'key_1' }],
  ] as const)('does not call a copy current by its revision: one %s', async (_, copy) => {
    const id = randomUUID()
    await fill(id)
    expect(await authorities.check(id, copyOf(copy))).toEqual(copyOf(LIVE))
  })

  it.each([
    ['a space more', (text: string) => text.replace('{', '{ ')],
    ['a member more', (text: string) => text.replace('{', '{"else":1,')],
    ['another order', (text: string) => text.replace(/^\{("format":1),(.*)\}$/, '{$2,$1}')],
  ])('calls no other text current: %s', async (_, alter) => {
    const id = randomUUID()
    await fill(id)
    const altered = readStored(alter(encodeKeyRecord(LIVE)))
    expect(altered).toMatchObject(LIVE)
    expect(await authorities.check(id, altered)).toEqual(copyOf(LIVE))
  })

  it('is asked by revision alone by a version that knows no tags', async () => {
    const id = randomUUID()
    await fill(id)
    const ask = (path: string) => objects.getByName(id).fetch(`http://key-authority/${path}`)
    expect((await ask('3')).status).toBe(204)
    expect(await (await ask('2')).json()).toMatchObject({ state: 'holds', revision: 3 })
    expect(await (await ask('4')).json()).toMatchObject({ state: 'unknown' })
  })

  it('keeps nothing live without its word, which each change makes anew', async () => {
    const id = randomUUID()
    const early = await wordOf(id)
    expect(await authorities.seed(id, LIVE, undefined)).toEqual(copyOf(LIVE))
    expect(await authorities.seed(id, LIVE, 'another word')).toEqual(copyOf(LIVE))
    expect(await authorities.peek(id)).toBeNull()
    // A change of a key that nobody has used: whoever asks from here on is told by libSQL.
    const { word, ...held } = await authorities.advance(id, NEWER)
    expect(held).toEqual(copyOf(NEWER))
    expect(word).toBe(await wordOf(id))
    await authorities.seed(id, LIVE, early)
    expect(await authorities.peek(id)).toBeNull()
    expect(await fill(id, NEWER)).toEqual(copyOf(NEWER))
    // A reader from before says less than what came meanwhile.
    expect(await authorities.seed(id, { ...LIVE, revision: 9 }, early)).toEqual(copyOf(NEWER))
  })

  it('keeps *gone* from whoever brings it', async () => {
    for (const by of ['seed', 'advance'] as const) {
      const id = randomUUID()
      expect(await authorities[by](id, GONE, undefined)).toEqual(copyOf(GONE))
      expect(await authorities.peek(id)).toEqual(copyOf(GONE))
    }
  })

  it.each(['seed', 'advance'] as const)('lets nothing follow *gone*: %s', async (by) => {
    const id = randomUUID()
    await authorities.advance(id, GONE)
    const late = { ...LIVE, revision: 9 }
    expect(await authorities[by](id, late, undefined)).toEqual(copyOf(GONE))
    for (const copy of [null, LIVE, GONE, late]) {
      expect(await authorities.check(id, copy && copyOf(copy))).toEqual(copyOf(GONE))
    }
  })

  it('counts denials, whether it holds a record or not, and drops them with the key', async () => {
    const id = randomUUID()
    const now = Date.now()
    const denial = {
      address: '203.0.113.7',
      count: 2,
      firstAtMs: now,
      lastAtMs: now,
      enforced: true,
    }
    const old = { ...denial, firstAtMs: now - 90_000_000, lastAtMs: now - 86_400_000 }
    expect(await authorities.listDenials(id)).toEqual([])
    await authorities.countDenials(id, [denial, old])
    await fill(id)
    await authorities.countDenials(id, [denial])
    expect(await authorities.listDenials(id)).toEqual([{ ...denial, count: 4 }])
    expect(await authorities.check(id, copyOf(LIVE))).toBe('current')

    await authorities.advance(id, GONE)
    await authorities.countDenials(id, [denial])
    expect(await authorities.listDenials(id)).toEqual([])
  })

  it.each(['3x', '-', '3.5', '1e9', '%33'])('knows no copy at revision %s', async (revision) => {
    const id = randomUUID()
    await fill(id)
    const response = await objects.getByName(id).fetch(`http://key-authority/${revision}`)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ state: 'unknown' })
  })

  it('takes *gone* at any revision', async () => {
    const id = randomUUID()
    await fill(id, { ...LIVE, revision: 9 })
    expect(await authorities.advance(id, GONE)).toEqual(copyOf(GONE))
    expect(await authorities.check(id, copyOf({ ...LIVE, revision: 9 }))).toEqual(copyOf(GONE))
  })

  it('holds the newest of many that come at once', async () => {
    const id = randomUUID()
    await fill(id, { ...LIVE, revision: 0 })
    const revisions = Array.from({ length: 20 }, (_, i) => ((i * 7) % 20) + 1)
    await Promise.all(revisions.map((revision) => authorities.advance(id, { ...LIVE, revision })))
    expect(await authorities.peek(id)).toEqual(copyOf({ ...LIVE, revision: 20 }))
  })
})

describe('createKeyAuthorities()', () => {
  /** An object whose calls fail so, one after the other, and then answer. */
  function failing(...errors: object[]) {
    let calls = 0
    const fetch = () => {
      const error = errors[calls++]
      if (error !== undefined) return Promise.reject(Object.assign(new Error('no'), error))
      return Promise.resolve(new Response(null, { status: 204 }))
    }
    const namespace = { getByName: () => ({ fetch }) } as unknown as AuthorityNamespace
    return {
      asked: createKeyAuthorities(namespace, 50).check('id', copyOf(LIVE)),
      calls: () => calls,
    }
  }

  it.each([
    ['was reset', { durableObjectReset: true }],
    ['may be asked again', { retryable: true }],
  ])('asks an object once more that %s', async (_, error) => {
    const { asked, calls } = failing(error)
    expect(await asked).toBe('current')
    expect(calls()).toBe(2)
  })

  it.each([
    ['overloaded', 1, [{ overloaded: true, retryable: true }]],
    ['unreachable', 1, [{}]],
    ['reset', 2, [{ durableObjectReset: true }, { durableObjectReset: true }]],
    ['unreachable', 2, [{ retryable: true }, { retryable: true }]],
  ])('tells how it failed: %s after %i calls', async (code, times, errors) => {
    const { asked, calls } = failing(...errors)
    await expect(asked).rejects.toMatchObject({ name: 'AuthorityUnavailableError', code })
    expect(calls()).toBe(times)
  })

  it.each([
    ['an answer', () => new Promise(() => undefined)],
    ['the end of an answer', () => Promise.resolve(new Response(new ReadableStream()))],
  ])('does not wait for ever for %s', async (_, fetch) => {
    const stalled = { fetch }
    const namespace = { getByName: () => stalled } as unknown as AuthorityNamespace
    const asked = createKeyAuthorities(namespace, 5).check('id', copyOf(LIVE))
    await expect(asked).rejects.toMatchObject({ code: 'timeout' })
  })

  it('tells the revision of a record of a later form, and takes it for unknown', async () => {
    const later = { state: 'holds', revision: 7, gone: false, record: '{"format":9}' }
    const stub = { fetch: () => answered(later), seed: () => Promise.resolve(later) }
    const namespace = { getByName: () => stub } as unknown as AuthorityNamespace
    const { check, seed } = createKeyAuthorities(namespace, 50)
    expect(await check('id', copyOf(LIVE))).toMatchObject({ kind: 'unknown' })
    expect(await seed('id', LIVE, 'word')).toEqual({ kind: 'unreadable', revision: 7 })
  })

  it('takes *gone* for gone, in whatever form', async () => {
    const later = { state: 'holds', revision: 7, gone: true, record: '{"format":9}' }
    const stub = { fetch: () => answered(later) }
    const namespace = { getByName: () => stub } as unknown as AuthorityNamespace
    const { check } = createKeyAuthorities(namespace, 50)
    expect(await check('id', copyOf(LIVE))).toMatchObject({ kind: 'tombstone', revision: 7 })
  })

  it('asks an object that knows no tags by revision alone', async () => {
    const asked: string[] = []
    const fetch = async (url: string) => {
      asked.push(url)
      const current = url === 'http://key-authority/3'
      return current ? new Response(null, { status: 204 }) : Response.json({ state: 'unknown' })
    }
    const namespace = { getByName: () => ({ fetch }) } as unknown as AuthorityNamespace
    const { check } = createKeyAuthorities(namespace, 50)
    expect(await check('id', copyOf(LIVE))).toBe('current')
    expect(asked).toEqual([checkUrl(copyOf(LIVE)), 'http://key-authority/3'])
    expect(await check('id', copyOf(NEWER))).toEqual({ kind: 'unknown', word: undefined })
  })
})

function answered(answer: object): Promise<Response> {
  return Promise.resolve(Response.json(answer))
}
