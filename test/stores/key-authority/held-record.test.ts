// What an authority holds, across instances and versions. Its storage outlives both.

import { describe, expect, it } from 'vitest'
import { tagOf } from '../../../src/keys/stored-record.ts'
import { type AuthorityAnswer, HeldRecord } from '../../../src/stores/key-authority/held-record.ts'

type Storage = ConstructorParameters<typeof HeldRecord>[0]

const LIVE = { revision: 3, gone: false, record: '{"format":1}' }
const OLDER = { ...LIVE, revision: 2, record: '{"format":0}' }
const NEWER = { ...LIVE, revision: 4, record: '{"format":2}' }
const GONE = { revision: 1, gone: true, record: '{"format":3}' }
const CURRENT = { state: 'current' }

function storageOf(stored: Record<string, unknown> = {}) {
  const kept = new Map(Object.entries(stored))
  const storage: Storage = {
    get: (name) => structuredClone(kept.get(name)) as never,
    put: (name, value) => void kept.set(name, structuredClone(value)),
  }
  return { storage, kept }
}

const wordOf = (answer: AuthorityAnswer) => (answer.state === 'unknown' ? answer.word : undefined)
const identityOf = ({ revision, record }: typeof LIVE) => ({ revision, tag: tagOf(record) })

describe('an authority that starts again', () => {
  it('still leaves a change to libSQL that it has not confirmed, and forgets its word', () => {
    const { storage } = storageOf()
    const before = new HeldRecord(storage)
    expect(before.keep(LIVE)).toEqual({ answer: CURRENT, hasRisen: true })
    const word = wordOf(before.check(null))
    const after = new HeldRecord(storage)
    expect(after.check(null)).toMatchObject({ state: 'unknown', unconfirmed: LIVE })
    expect(after.seed(LIVE, word)).toEqual({ answer: CURRENT, hasRisen: false })
    expect(after.check(identityOf(LIVE))).toMatchObject({ state: 'unknown' })
    expect(after.seed(OLDER, wordOf(after.check(null)))).toEqual({
      answer: { state: 'holds', ...LIVE },
      hasRisen: false,
    })
    expect(after.check(identityOf(LIVE))).toEqual(CURRENT)
    expect(new HeldRecord(storage).check(identityOf(LIVE))).toEqual(CURRENT)
  })

  it('still holds what it held, and its tombstone for ever', () => {
    const { storage } = storageOf()
    const before = new HeldRecord(storage)
    before.seed(LIVE, wordOf(before.check(null)))
    expect(new HeldRecord(storage).keep(NEWER)).toEqual({ answer: CURRENT, hasRisen: true })
    expect(new HeldRecord(storage).check(identityOf(LIVE))).toEqual({ state: 'holds', ...NEWER })
    expect(new HeldRecord(storage).keep(GONE)).toEqual({ answer: CURRENT, hasRisen: true })
    const held = { answer: { state: 'holds', ...GONE }, hasRisen: false }
    expect(new HeldRecord(storage).keep({ ...NEWER, revision: 9 })).toEqual(held)
    expect(new HeldRecord(storage).check(identityOf(NEWER))).toEqual({ state: 'holds', ...GONE })
  })
})

describe('a record that does not come from the one that is held', () => {
  const held = { ...LIVE, lineage: { changeId: '3.a', ancestors: ['2.a'], heldRevision: 2 } }
  const answer = { state: 'holds', ...LIVE, changeId: '3.a' }
  const of = (ancestors: readonly string[], heldRevision = 1) => ({
    ...NEWER,
    lineage: { changeId: '4.b', ancestors, heldRevision },
  })

  function holding(sent: Parameters<HeldRecord['keep']>[0]) {
    const { storage } = storageOf()
    const one = new HeldRecord(storage)
    one.seed(sent, wordOf(one.check(null)))
    return one
  }

  it('does not replace it, whatever its number, nor does a reader who brings it', () => {
    const one = holding(held)
    expect(one.keep(of(['2.a', '3.b']))).toEqual({ answer, hasRisen: false })
    const word = wordOf(one.check(identityOf({ ...NEWER, revision: 9 })))
    expect(one.seed(of(['2.a']), word)).toEqual({ answer, hasRisen: false })
    expect(one.check(identityOf(LIVE))).toEqual(CURRENT)
  })

  it('does not replace it either once another change has made the same record', () => {
    const one = holding(held)
    const again = { ...LIVE, lineage: { changeId: '3.b', ancestors: ['2.a'], heldRevision: 2 } }
    expect(one.keep(again)).toEqual({ answer: CURRENT, hasRisen: false })
    const later = { state: 'holds', ...LIVE, changeId: '3.b' }
    expect(one.keep(of(['3.a']))).toEqual({ answer: later, hasRisen: false })
    expect(one.keep(of(['3.b']))).toEqual({ answer: CURRENT, hasRisen: true })
  })

  it('replaces it if it was compared with it, or knows of a newer one, or is a tombstone', () => {
    for (const sent of [
      of(['2.a', '3.b', '3.a']),
      of(['5.c'], 5),
      { ...GONE, ...of([]), gone: true },
    ]) {
      expect(holding(held).keep(sent)).toEqual({ answer: CURRENT, hasRisen: true })
    }
  })

  it('replaces it by its number where one of them does not say where it comes from', () => {
    expect(holding(held).keep(NEWER)).toEqual({ answer: CURRENT, hasRisen: true })
    expect(holding(LIVE).keep(of([]))).toEqual({ answer: CURRENT, hasRisen: true })
  })

  it('confirms it, though no reader had confirmed it', () => {
    const { storage } = storageOf()
    const one = new HeldRecord(storage)
    one.keep(held)
    const unconfirmed = one.check(null)
    expect(unconfirmed).toMatchObject({ state: 'unknown', unconfirmed: { changeId: '3.a' } })
    expect(one.seed(of(['2.a', '3.b']), 'an older word').answer).toEqual(answer)
    expect(one.check(null)).toMatchObject({ state: 'unknown' })
    expect(one.seed(of(['2.a', '3.b']), wordOf(unconfirmed)).answer).toEqual(answer)
    expect(one.check(null)).toEqual(answer)
  })
})

describe('an authority of the version before', () => {
  const { record, ...head } = LIVE

  it.each([
    ['with tags', { ...head, tag: tagOf(record) }],
    ['without tags', head],
  ])('wrote records that count as confirmed: %s', (_, stored) => {
    const { storage } = storageOf({ head: stored, record })
    expect(new HeldRecord(storage).check(identityOf(LIVE))).toEqual(CURRENT)
    new HeldRecord(storage).keep(NEWER)
    expect(new HeldRecord(storage).check(identityOf(NEWER))).toEqual(CURRENT)
  })

  it('finds a record that is not confirmed where it looks for a record', () => {
    const { storage, kept } = storageOf()
    new HeldRecord(storage).keep(LIVE)
    expect(kept.get('head')).toMatchObject({ ...head, tag: tagOf(record) })
    expect(kept.get('record')).toBe(record)
  })
})

describe('the tombstone of one token', () => {
  it('is no deletion of its key until that is noted', () => {
    const { storage } = storageOf()
    const held = new HeldRecord(storage)
    held.noteDeleted()
    expect(held.isDeleted()).toBe(false)
    held.keep({ ...GONE, keepsUse: true })
    expect(held.isDeleted()).toBe(false)
    held.noteDeleted()
    expect(new HeldRecord(storage).isDeleted()).toBe(true)
    expect(held.check(null)).toEqual({ state: 'holds', ...GONE })
  })
})
