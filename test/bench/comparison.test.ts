import { describe, expect, it } from 'vitest'
import { judge, ratio, spread } from '../../bench/comparison.ts'

describe('spread()', () => {
  it('is how much more the most expensive instance takes than the cheapest', () => {
    expect(spread([[100], [104], [102]])).toBeCloseTo(0.04)
  })

  it('does not count what a slow round does to every instance', () => {
    const rounds = [1, 3, 1.5]
    const takes = [100, 105].map((take) => rounds.map((slowness) => take * slowness))
    expect(spread(takes)).toBeCloseTo(0.05)
  })

  it('does not count a single turn that went wrong', () => {
    const takes = [
      [100, 400, 100],
      [102, 102, 102],
    ]
    expect(spread(takes)).toBeCloseTo(0.02)
  })

  it('is unknown of a single instance', () => {
    expect(spread([[100, 101]])).toBe(Infinity)
  })
})

describe('ratio()', () => {
  it('compares the means of the instances, round by round', () => {
    const reference = [
      [90, 180, 90],
      [110, 220, 110],
    ]
    const takes = [
      [200, 400, 200],
      [200, 400, 2_000],
    ]
    expect(ratio(reference, takes).value).toBeCloseTo(0.5)
  })

  it('moves as far as the instances of either worker are apart', () => {
    const apart = [[100], [110]]
    const alike = [[200], [200]]
    expect(ratio(apart, alike).spread).toBeCloseTo(0.525 * 0.1)
    expect(ratio(alike, apart).spread).toBeCloseTo((200 / 105) * 0.1)
  })
})

describe('judge()', () => {
  const least = { least: 0.95 }

  it.each([
    [0.97, 0.01, least, 'met'],
    [0.97, 0.03, least, 'not decidable here'],
    [0.9, 0.03, least, 'missed'],
    [0.93, 0.03, least, 'not decidable here'],
    [0.95, 0, least, 'not decidable here'],
    [0.97, Infinity, least, 'not decidable here'],
    [0.97, Number.NaN, least, 'not decidable here'],
    [Number.NaN, 0.01, least, 'not decidable here'],
    [0.2, 0.1, { most: 0.5 }, 'met'],
    [0.7, 0.1, { most: 0.5 }, 'missed'],
    [0.45, 0.1, { most: 0.5 }, 'not decidable here'],
  ] as const)('%f, give or take %f, with the goal %o: %s', (value, noise, goal, verdict) => {
    expect(judge({ value, spread: noise }, goal)).toBe(verdict)
  })
})
