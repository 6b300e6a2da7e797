import { describe, expect, it } from 'vitest'
import { difference, judge, ratio, spread } from '../../bench/comparison.ts'

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

describe('an error', () => {
  const levels = [98, 100, 102]

  // Variance 4, so the difference of two such means has a standard error of √(4/3 + 4/3) = 1.633.
  it('is that of the difference of two means, times Student’s t', () => {
    const takes = levels.map((level) => [level])
    expect(difference(takes, takes).error).toBeCloseTo(2.78 * 1.633, 2)
    expect(ratio(takes, takes).error).toBeCloseTo(2.78 * 0.01633, 4)
  })

  it('is smaller with more instances that are as far apart', () => {
    const takes = (times: number) =>
      Array.from({ length: times }, () => levels.map((each) => [each]))
    const [few, many] = [takes(1).flat(), takes(4).flat()]
    expect(ratio(many, many).error).toBeLessThan(ratio(few, few).error / 2)
    expect(ratio(many, many).spread).toBeCloseTo(ratio(few, few).spread)
  })

  it('is unknown of a single instance', () => {
    expect(ratio([[100]], [[100], [101]]).error).toBe(Infinity)
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
    expect(judge({ value, error: noise }, goal)).toBe(verdict)
  })
})
