import { describe, expect, it } from 'vitest'
import {
  endOld,
  findRotation,
  isOverdue,
  keepOld,
  moveEnd,
  replaceTokens,
  type TokenTimes,
} from '../../src/keys/rotation.ts'

const NEVER = { replacedAt: null, endsAt: null, endedAt: null }
const current: TokenTimes = { lookupId: 'current', ...NEVER }
const old: TokenTimes = { lookupId: 'old', replacedAt: 100, endsAt: 200, endedAt: null }
const ended: TokenTimes = { lookupId: 'ended', replacedAt: 10, endsAt: 20, endedAt: 20 }
const OVERLAPPING = [ended, current, old]

describe('a rotation', () => {
  it.each([
    ['of one token', [current], 150, undefined],
    ['of one token and one that has ended', [ended, current], 15, undefined],
    ['is under way until the end', OVERLAPPING, 199, { startedAt: 100, endsAt: 200, old }],
    ['is over at the end', OVERLAPPING, 200, undefined],
  ])('%s', (_, tokens, nowMs, rotation) => {
    expect(findRotation(tokens, nowMs)).toEqual(rotation)
  })

  it('is overdue from its end until that is recorded', () => {
    expect(isOverdue(OVERLAPPING, 199)).toBe(false)
    expect(isOverdue(OVERLAPPING, 200)).toBe(true)
    expect(isOverdue([ended, current], 200)).toBe(false)
  })

  it('replaces the current token until the end', () => {
    expect(replaceTokens([ended, current], 250, 150)).toEqual([
      { ...current, replacedAt: 150, endsAt: 250 },
    ])
  })

  it('ends every other token at once', () => {
    expect(replaceTokens(OVERLAPPING, 150, 150)).toEqual([
      { ...current, replacedAt: 150, endsAt: 150, endedAt: 150 },
      { ...old, endsAt: 150, endedAt: 150 },
    ])
  })

  it('never gives an old token a later end', () => {
    expect(replaceTokens([old], 900, 150)).toEqual([old])
    expect(replaceTokens([old], 900, 300)).toEqual([{ ...old, endedAt: 300 }])
  })

  it('moves its end', () => {
    expect(moveEnd(OVERLAPPING, 300)).toEqual([{ ...old, endsAt: 300 }])
  })

  it('ends the old token', () => {
    expect(endOld(OVERLAPPING, 150)).toEqual([{ ...old, endsAt: 150, endedAt: 150 }])
    expect(endOld(OVERLAPPING, 250)).toEqual([{ ...old, endedAt: 250 }])
  })

  it('is taken back', () => {
    expect(keepOld(OVERLAPPING, 150)).toEqual([
      { ...current, endedAt: 150 },
      { lookupId: 'old', ...NEVER },
    ])
  })
})
