import { describe, expect, it } from 'vitest'
import { type History, plainHistory, type Step } from './history.ts'
import { shrink } from './shrink.ts'

const pass = (seconds: number): Step => ({ do: 'pass', seconds })
const remove = (diesAfter: number | null, goesOn: boolean): Step => {
  return { do: 'delete', key: 'k1', at: 'ams', diesAfter, goesOn, isTried: false }
}

function historyOf(...steps: Step[]): History {
  return plainHistory({ steps })
}

function has(history: History, seconds: number): boolean {
  return history.steps.some((step) => step.do === 'pass' && step.seconds === seconds)
}

describe('shrink()', () => {
  it('leaves the steps that a failure needs, in their order', async () => {
    const history = historyOf(...[1, 2, 3, 4, 5, 6, 7].map(pass))
    const shrunk = await shrink(history, async (smaller) => has(smaller, 2) && has(smaller, 6))
    expect(shrunk.steps).toEqual([pass(2), pass(6)])
  })

  it('finds what can only be left out together with a later step', async () => {
    const history = historyOf(...[1, 2, 3].map(pass))
    const shrunk = await shrink(history, async (smaller) => has(smaller, 1) || !has(smaller, 2))
    expect(shrunk.steps.length).toBeLessThan(2)
  })

  it('makes steps plainer', async () => {
    const needsDeath = async ({ steps }: History) =>
      steps.some((step) => 'diesAfter' in step && step.diesAfter !== null)
    const shrunk = await shrink(historyOf(pass(1), remove(3, true)), needsDeath)
    expect(shrunk.steps).toEqual([remove(3, false)])
  })

  it('keeps a history that only fails as it is', async () => {
    const history = historyOf(pass(1), remove(2, true))
    expect(await shrink(history, async () => false)).toBe(history)
  })
})
