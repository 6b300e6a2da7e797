// What a benchmark may conclude. Two instances of the same worker differ by several percent on a shared
// machine, for as long as they live. So every worker runs as several instances, and a difference between two
// workers counts only if it is larger than what the differences between identical ones explain.

import { median } from './statistics.ts'

/** What each instance of a worker took, by round: `takes[instance][round]`. */
export type Takes = readonly (readonly number[])[]

/** A figure of a run. All members are in the same unit. */
export interface Figure {
  readonly value: number
  /** How far identical instances are apart. */
  readonly spread: number
  /** How far the value may be from the true one, with 95 % confidence. More instances make it smaller. */
  readonly error: number
}

export type Goal = { readonly least: number } | { readonly most: number }
export type Verdict = 'met' | 'missed' | 'not decidable here'

/** `reference / takes`: the share of what the worker takes that the reference takes as well. */
export function ratio(reference: Takes, takes: Takes): Figure {
  const theirs = meansByRound(reference)
  const value = median(meansByRound(takes).map((mean, round) => (theirs[round] ?? NaN) / mean))
  return {
    value,
    spread: value * Math.max(spread(reference), spread(takes)),
    error: value * errorOfDifference(levelsOf(reference), levelsOf(takes)),
  }
}

/** `takes - reference`: how much more the worker takes, each measured many times in turn with the other. */
export function difference(reference: Takes, takes: Takes): Figure {
  const [theirs, ours] = [reference.map(median), takes.map(median)]
  return {
    value: median(takes.flat()) - median(reference.flat()),
    spread: Math.max(range(theirs), range(ours)),
    error: errorOfDifference(theirs, ours),
  }
}

/**
 * How much more the most expensive instance takes than the cheapest: 0.04 for 4 %. Infinity for a single
 * instance, which tells nothing.
 */
export function spread(takes: Takes): number {
  if (takes.length < 2) return Infinity
  const levels = levelsOf(takes)
  return Math.max(...levels) / Math.min(...levels) - 1
}

/** A goal is decided only if the figure is further from it than its error. */
export function judge({ value, error }: Pick<Figure, 'value' | 'error'>, goal: Goal): Verdict {
  const ahead = 'least' in goal ? value - goal.least : goal.most - value
  if (!(Math.abs(ahead) > error)) return 'not decidable here'
  return ahead > 0 ? 'met' : 'missed'
}

/**
 * Student's t for 95 %, by the degrees of freedom, the first of 1:
 * https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm
 */
const STUDENT = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14]
const LEAST_STUDENT = 2.13

/** The error of the difference of two means, from what each instance tells. Infinity for a single instance. */
function errorOfDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length < 2 || b.length < 2) return Infinity
  const student = STUDENT[a.length + b.length - 3] ?? LEAST_STUDENT
  return student * Math.sqrt(variance(a) / a.length + variance(b) / b.length)
}

function variance(numbers: readonly number[]): number {
  const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length
  return numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (numbers.length - 1)
}

/**
 * What each instance takes, by that of all of them: 1.02 for 2 % more. Each round is a unit of its own, so that
 * a machine that slows down does not make instances differ.
 */
function levelsOf(takes: Takes): number[] {
  const means = meansByRound(takes)
  return takes.map((rounds) => median(rounds.map((take, i) => take / (means[i] ?? NaN))))
}

/** Infinity for a single instance. */
function range(levels: readonly number[]): number {
  return levels.length < 2 ? Infinity : Math.max(...levels) - Math.min(...levels)
}

function meansByRound(takes: Takes): number[] {
  const [first = []] = takes
  return first.map((_, round) => {
    return takes.reduce((sum, rounds) => sum + (rounds[round] ?? NaN), 0) / takes.length
  })
}
