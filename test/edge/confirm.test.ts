import { describe, expect, it } from 'vitest'
import type { Violation } from './checker.ts'
import { confirm } from './confirm.ts'

const broken: readonly Violation[] = [{ rule: 'stale', text: '' }]

/** Histories that break in these runs, by their number; those with the mutant and without are counted apart. */
function breaksIn(withMutant: readonly number[], withoutIt: readonly number[]) {
  const counts = { with: 0, without: 0 }
  return async (hasMutant: boolean) => {
    const isBroken = hasMutant
      ? withMutant.includes(++counts.with)
      : withoutIt.includes(++counts.without)
    return isBroken ? broken : []
  }
}

describe('confirm()', () => {
  it('finds a mutant that shows again, in a history that holds without it', async () => {
    expect(await confirm(breaksIn([1], []))).toBe('found')
  })

  it('repeats what a race decides', async () => {
    expect(await confirm(breaksIn([3], []))).toBe('found')
  })

  it('does not count what shows once', async () => {
    expect(await confirm(breaksIn([], []))).toBe('not again')
  })

  it('does not count what shows without the mutant', async () => {
    expect(await confirm(breaksIn([1, 2, 3, 4], [1]))).toBe('also without it')
  })

  it('tries the history without the mutant as often as with it', async () => {
    expect(await confirm(breaksIn([2], [2]))).toBe('also without it')
  })
})
