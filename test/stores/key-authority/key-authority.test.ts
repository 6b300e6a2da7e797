// Calls of key authorities that fail, stall, or are of another version.

import { describe, expect, it } from 'vitest'
import { fromDenial } from '../../../src/keys/denial.ts'
import { encodeKeyRecord } from '../../../src/keys/key-record.ts'
import { toStored } from '../../../src/keys/stored-record.ts'
import { noUse } from '../../../src/keys/use.ts'
import {
  type AuthorityNamespace,
  createKeyAuthorities,
} from '../../../src/stores/key-authority/key-authority.ts'
import { type Question, questionUrl } from '../../../src/stores/key-authority/question.ts'
import { settled } from '../../support/manual-clock.ts'
import { GONE, LIVE, NEWER, QUESTION } from './objects.ts'

const NOW = 1_000_000
const ABOUT_LIVE: Question = { ...QUESTION, cached: toStored(LIVE) }
const DENIAL = {
  address: '203.0.113.7',
  count: 1,
  firstAtMs: NOW,
  lastAtMs: NOW,
  enforced: true,
}
const USE = { ...noUse(), sentMs: NOW, refused: { ip_denied: 1 }, addresses: [fromDenial(DENIAL)] }
const REPORTING: Question = { ...ABOUT_LIVE, use: USE }

function start(stub: object, timeoutMs = 5_000) {
  const waits: { readonly ms: number; readonly end: () => void }[] = []
  const namespace = { getByName: () => stub } as unknown as AuthorityNamespace
  const authorities = createKeyAuthorities(namespace, {
    timeoutMs,
    wait: (ms) => new Promise((end) => void waits.push({ ms, end })),
    nowMs: () => NOW,
  })
  return { ...authorities, waits }
}

const current = (headers = {}) => new Response(null, { status: 204, headers })

/** Answers one call after the other by these. An error is thrown, with its members. */
function answering(...answers: (Response | object)[]) {
  const calls: [string, RequestInit][] = []
  const fetch = async (url: string, init: RequestInit) => {
    calls.push([url, init])
    const answer = answers[calls.length - 1]
    if (answer instanceof Response) return answer
    throw Object.assign(new Error('no'), answer)
  }
  return { ...start({ fetch }), calls }
}

describe('createKeyAuthorities(), a question', () => {
  it('says what is cached, which lease is wanted, and when it was asked', async () => {
    const { ask, calls } = answering(current(), current())
    await ask('id', { ...ABOUT_LIVE, leaseMs: 700, askedMs: NOW })
    const headers = { lease: '700', 'asked-at': String(NOW) }
    expect(calls[0]).toEqual([questionUrl(toStored(LIVE)), { headers }])
    await ask('id', REPORTING)
    const [, { method, body }] = calls[1] ?? ['', {}]
    expect([method, JSON.parse(String(body))]).toEqual(['POST', { use: USE, denials: [DENIAL] }])
  })

  it('passes on the lease and the time of the object', async () => {
    const { ask } = answering(current({ Lease: '700', 'Object-Time': '5' }))
    expect(await ask('id', ABOUT_LIVE)).toEqual({
      says: 'current',
      leaseMs: 700,
      objectMs: 5,
      unwrittenMs: 0,
      granted: null,
    })
  })

  it('gets no lease from an object without leases', async () => {
    const { ask } = answering(current())
    const answer = { says: 'current', leaseMs: 0, objectMs: null, unwrittenMs: 0, granted: null }
    expect(await ask('id', { ...ABOUT_LIVE, leaseMs: 700 })).toEqual(answer)
  })

  it.each([
    ['was reset', { durableObjectReset: true }],
    ['may be asked again', { retryable: true }],
  ])('is asked once more of an object that %s', async (_, error) => {
    const { ask, calls } = answering(error, current())
    expect(await ask('id', ABOUT_LIVE)).toMatchObject({ says: 'current' })
    expect(calls).toHaveLength(2)
  })

  it('is asked once more without its report, which may have been counted', async () => {
    const { ask, calls } = answering({ durableObjectReset: true }, current())
    expect(await ask('id', REPORTING)).toMatchObject({ says: 'current' })
    expect(calls.map(([, { body }]) => body === undefined)).toEqual([false, true])
  })

  it.each([
    ['overloaded', 1, [{ overloaded: true, retryable: true }]],
    ['unreachable', 1, [{}]],
    ['restarted', 2, [{ durableObjectReset: true }, { durableObjectReset: true }]],
    ['unreachable', 2, [{ retryable: true }, { retryable: true }]],
  ])('says how it failed: %s after %i calls', async (reason, times, errors) => {
    const { ask, calls } = answering(...errors)
    const failure = { name: 'AuthorityUnavailableError', reason }
    await expect(ask('id', ABOUT_LIVE)).rejects.toMatchObject(failure)
    expect(calls).toHaveLength(times)
  })

  it.each([
    ['an answer', () => new Promise(() => undefined)],
    ['the end of an answer', async () => new Response(new ReadableStream())],
  ])('does not wait for ever for %s', async (_, fetch) => {
    const { ask } = start({ fetch }, 5)
    await expect(ask('id', ABOUT_LIVE)).rejects.toMatchObject({ reason: 'timeout' })
  })

  it('takes a live record in the form of a later version for unknown', async () => {
    const later = { state: 'holds', revision: 7, gone: false, record: '{"format":9}' }
    const { ask, seed } = start({
      fetch: async () => Response.json(later),
      seed: async () => later,
    })
    expect(await ask('id', ABOUT_LIVE)).toMatchObject({ says: { kind: 'unknown' } })
    expect(await seed('id', LIVE, 'word')).toEqual({ kind: 'unreadable', revision: 7 })
  })

  it('passes on an unconfirmed record, unless a later version wrote it', async () => {
    const unknown = (record: string) => {
      const unconfirmed = { revision: 3, gone: false, record }
      return Response.json({ state: 'unknown', word: 'word', unconfirmed })
    }
    const later = '{"format":9}'
    const { ask, peek } = answering(
      ...[encodeKeyRecord(LIVE), later, encodeKeyRecord(LIVE), later].map(unknown),
    )
    const says = async () => (await ask('id', QUESTION)).says
    expect(await says()).toEqual({ kind: 'unknown', word: 'word', unconfirmed: toStored(LIVE) })
    expect(await says()).toEqual({ kind: 'unknown', word: 'word' })
    expect(await peek('id')).toEqual(toStored(LIVE))
    expect(await peek('id')).toEqual({ kind: 'unreadable', revision: 3 })
  })

  it('takes a tombstone in any form for a tombstone', async () => {
    const later = { state: 'holds', revision: 7, gone: true, record: '{"format":9}' }
    const { ask } = answering(Response.json(later))
    const { says } = await ask('id', ABOUT_LIVE)
    expect(says).toMatchObject({ kind: 'tombstone', revision: 7 })
  })

  it('goes by revision alone to an object that knows no tags', async () => {
    const unknown = () => Response.json({ state: 'unknown' })
    const { ask, calls } = answering(unknown(), current(), unknown(), unknown())
    expect(await ask('id', ABOUT_LIVE)).toMatchObject({ says: 'current' })
    const urls = calls.map(([url]) => url)
    expect(urls).toEqual([questionUrl(toStored(LIVE)), 'http://key-authority/3'])
    const { says } = await ask('id', { ...QUESTION, cached: toStored(NEWER) })
    expect(says).toEqual({ kind: 'unknown', word: undefined })
  })
})

describe('createKeyAuthorities(), a change', () => {
  it.each([
    ['as long as the object says', { state: 'current', settlesInMs: 640 }, 640],
    ['1.3 times the longest term for an object without leases', { state: 'current' }, 6_500],
    ['so too if that holds another record', { state: 'unknown', word: 'word' }, 6_500],
  ])('settles after a wait: %s', async (_, answer, ms) => {
    const { advance, waits } = start({ advance: async () => answer })
    const brought = await advance('id', LIVE)
    expect(brought).toMatchObject(LIVE)
    let isSettled = false
    void brought.settled.then(() => (isSettled = true))
    await settled()
    expect(isSettled).toBe(false)
    expect(waits.map((wait) => wait.ms)).toEqual([ms])
    waits[0]?.end()
    await brought.settled
  })

  it('settles at once if nobody has a lease', async () => {
    const { advance, waits } = start({
      advance: async () => ({ state: 'current', settlesInMs: 0 }),
    })
    await (
      await advance('id', GONE)
    ).settled
    expect(waits).toEqual([])
  })

  it('tells the object the clock of the caller, who waits', async () => {
    const sent: unknown[] = []
    const { advance } = start({
      advance: async (...call: unknown[]) => {
        sent.push(...call)
        return { state: 'current', settlesInMs: 0 }
      },
    })
    await advance('id', GONE)
    expect(sent).toMatchObject([{ revision: 5, gone: true }, { nowMs: NOW }])
  })
})
