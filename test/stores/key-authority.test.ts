import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KeyRecord, LiveKeyRecord } from '../../src/keys/key-record.ts'
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
const GONE: KeyRecord = { kind: 'gone', revision: 5, keyId: 'key_1' }

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

describe('an authority', () => {
  it('that holds nothing says so', async () => {
    const id = randomUUID()
    expect(await authorities.check(id, null)).toBe('unknown')
    expect(await authorities.check(id, 3)).toBe('unknown')
  })

  it.each(['seed', 'advance'] as const)(
    'holds what %s brings, and calls it current',
    async (by) => {
      const id = randomUUID()
      expect(await authorities[by](id, LIVE)).toEqual(LIVE)
      expect(await authorities.check(id, 3)).toBe('current')
      expect(await authorities.check(id, null)).toEqual(LIVE)
      expect(await authorities.check(randomUUID(), 3)).toBe('unknown')
    },
  )

  it.each(['seed', 'advance'] as const)('only rises: %s', async (by) => {
    const id = randomUUID()
    await authorities.advance(id, NEWER)
    expect(await authorities[by](id, LIVE)).toEqual(NEWER)
    expect(await authorities[by](id, { ...LIVE, revision: 4 })).toEqual(NEWER)
    expect(await authorities.check(id, 3)).toEqual(NEWER)
    expect(await authorities.check(id, 4)).toBe('current')
  })

  it('does not call a copy current that is newer than what it holds: it has lost something', async () => {
    const id = randomUUID()
    await authorities.advance(id, LIVE)
    expect(await authorities.check(id, 4)).toBe('unknown')
    expect(await authorities.seed(id, NEWER)).toEqual(NEWER)
  })

  it.each(['seed', 'advance'] as const)('lets nothing follow *gone*: %s', async (by) => {
    const id = randomUUID()
    await authorities.advance(id, GONE)
    expect(await authorities[by](id, { ...LIVE, revision: 9 })).toEqual(GONE)
    for (const revision of [null, 3, 5, 9]) {
      expect(await authorities.check(id, revision)).toEqual(GONE)
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
    await authorities.advance(id, LIVE)
    await authorities.countDenials(id, [denial])
    expect(await authorities.listDenials(id)).toEqual([{ ...denial, count: 4 }])
    expect(await authorities.check(id, 3)).toBe('current')

    await authorities.advance(id, GONE)
    await authorities.countDenials(id, [denial])
    expect(await authorities.listDenials(id)).toEqual([])
  })

  it.each(['3x', '-', '3.5', '1e9', '%33'])('knows no copy at revision %s', async (revision) => {
    const id = randomUUID()
    await authorities.advance(id, LIVE)
    const response = await objects.getByName(id).fetch(`http://key-authority/${revision}`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ state: 'unknown' })
  })

  it('takes *gone* at any revision', async () => {
    const id = randomUUID()
    await authorities.advance(id, { ...LIVE, revision: 9 })
    expect(await authorities.advance(id, GONE)).toEqual(GONE)
    expect(await authorities.check(id, 9)).toEqual(GONE)
  })

  it('holds the newest of many that come at once', async () => {
    const id = randomUUID()
    const revisions = Array.from({ length: 20 }, (_, i) => ((i * 7) % 20) + 1)
    await Promise.all(revisions.map((revision) => authorities.advance(id, { ...LIVE, revision })))
    expect(await authorities.check(id, null)).toEqual({ ...LIVE, revision: 20 })
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
    return { asked: createKeyAuthorities(namespace, 50).check('id', 1), calls: () => calls }
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
    const asked = createKeyAuthorities(namespace, 5).check('id', 1)
    await expect(asked).rejects.toMatchObject({ code: 'timeout' })
  })

  it('tells the revision of a record of a later form, and takes it for unknown', async () => {
    const later = { state: 'holds', revision: 7, gone: false, record: '{"format":9}' }
    const stub = { fetch: () => answered(later), seed: () => Promise.resolve(later) }
    const namespace = { getByName: () => stub } as unknown as AuthorityNamespace
    const { check, seed } = createKeyAuthorities(namespace, 50)
    expect(await check('id', 1)).toBe('unknown')
    expect(await seed('id', LIVE)).toEqual({ kind: 'unreadable', revision: 7 })
  })

  it('takes *gone* for gone, in whatever form', async () => {
    const later = { state: 'holds', revision: 7, gone: true, record: '{"format":9}' }
    const stub = { fetch: () => answered(later) }
    const namespace = { getByName: () => stub } as unknown as AuthorityNamespace
    const { check } = createKeyAuthorities(namespace, 50)
    expect(await check('id', 1)).toMatchObject({ kind: 'gone', revision: 7 })
  })
})

function answered(answer: object): Promise<Response> {
  return Promise.resolve(Response.json(answer))
}
