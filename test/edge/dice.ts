// Chance, for those who draw histories: each roll is of one arbitrary of fast-check, so that a seed draws the same again.

import fc from 'fast-check'

export interface Dice {
  readonly pick: <T>(values: readonly T[]) => T
  /** True in `percent` of all rolls. */
  readonly chance: (percent: number) => boolean
  /** From `min` to `max`, both included. */
  readonly number: (min: number, max: number) => number
  /** Picks by weight. */
  readonly weighted: <T>(choices: readonly (readonly [weight: number, value: T])[]) => T
}

/** Values that `draw` makes of rolls of the dice. */
export function rolling<T>(draw: (dice: Dice) => T): fc.Arbitrary<T> {
  const rolls = fc.gen().map((roll) => {
    const number = (min: number, max: number) => roll(fc.integer, { min, max })
    const pick: Dice['pick'] = (values) => {
      const value = values[number(0, values.length - 1)]
      if (value === undefined) throw new TypeError('There is nothing to pick from')
      return value
    }
    return draw({
      pick,
      number,
      chance: (percent) => number(1, 100) <= percent,
      weighted: (choices) =>
        pick(choices.flatMap(([weight, value]) => Array<typeof value>(weight).fill(value))),
    })
  })
  return fc.noBias(rolls) // else it prefers the ends
}
