// What a benchmark may conclude. Two instances of the same worker differ by several percent on a shared
// machine, for as long as they live. So every worker runs as several instances, and a difference between two
// workers counts only if it is larger than the difference between identical ones.

import { median } from './statistics.ts'

/** What each instance of a worker took, by round: `takes[instance][round]`. */
export type Takes = readonly (readonly number[])[]

/** A figure, and how far it would move if other instances were taken. Both are in the same unit. */
export interface Figure {
  readonly value: number
  readonly spread: number
}

export type Goal = { readonly least: number } | { readonly most: number }
export type Verdict = 'met' | 'missed' | 'not decidable here'

/** `reference / takes`: the share of what the worker takes that the reference takes as well. */
export function ratio(reference: Takes, takes: Takes): Figure {
  const theirs = meansByRound(reference)
  const value = median(meansByRound(takes).map((mean, round) => (theirs[round] ?? NaN) / mean))
  return { value, spread: value * Math.max(spread(reference), spread(takes)) }
}

/** `takes - reference`: how much more the worker takes, each measured many times in turn with the other. */
export function difference(reference: Takes, takes: Takes): Figure {
  const value = median(takes.flat()) - median(reference.flat())
  return { value, spread: Math.max(range(reference.map(median)), range(takes.map(median))) }
}

/**
 * How much more the most expensive instance takes than the cheapest: 0.04 for 4 %. The range of three is about
 * two standard errors of a ratio of such means. Infinity for a single instance, which tells nothing.
 */
export function spread(takes: Takes): number {
  if (takes.length < 2) return Infinity
  // Each round is a unit of its own, so that a machine that slows down is not taken for a spread.
  const means = meansByRound(takes)
  const levels = takes.map((rounds) => median(rounds.map((take, i) => take / (means[i] ?? NaN))))
  return Math.max(...levels) / Math.min(...levels) - 1
}

/** A goal is decided only if the figure is further from it than its spread. */
export function judge({ value, spread: noise }: Figure, goal: Goal): Verdict {
  const ahead = 'least' in goal ? value - goal.least : goal.most - value
  if (!(Math.abs(ahead) > noise)) return 'not decidable here'
  return ahead > 0 ? 'met' : 'missed'
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
