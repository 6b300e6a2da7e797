// What isolates have counted, as it is reported, stored and added up. A count only ever rises. Counters are
// named by their family and the values of their labels. All of these are from closed lists, so their number is
// bounded, and no key, account, user or address is among them.

/** The upper bounds of the buckets in seconds. Whoever changes them has to rename the histograms below. */
export const BOUNDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const

export const HISTOGRAMS = ['decision_seconds', 'upstream_seconds'] as const

export const FAMILIES = [
  'requests',
  'shadowed',
  'leases',
  'authority_questions',
  'faults',
  'log_ins_refused',
] as const
export type Family = (typeof FAMILIES)[number]

/** A family and the values of its labels, with spaces between. */
export type CounterName = `${Family} ${string}`

export interface Totals {
  readonly counters: Readonly<Record<string, number>>
  /** Each: how many fell into each bucket, the last one without a bound, and then the sum in seconds. */
  readonly histograms: Readonly<Record<string, readonly number[]>>
}

export const NOTHING: Totals = { counters: {}, histograms: {} }

export function addTotals(some: readonly Totals[]): Totals {
  const counters: Record<string, number> = {}
  const histograms: Record<string, number[]> = {}
  for (const totals of some) {
    for (const [name, count] of Object.entries(totals.counters)) {
      counters[name] = (counters[name] ?? 0) + count
    }
    for (const [name, counts] of Object.entries(totals.histograms)) {
      const sum = histograms[name]
      histograms[name] =
        sum === undefined ? [...counts] : sum.map((count, i) => count + (counts[i] ?? 0))
    }
  }
  return { counters, histograms }
}

/** What was counted since. `before` must be earlier totals of the same counters. */
export function subtractTotals(totals: Totals, before: Totals): Totals {
  const counters = Object.entries(totals.counters).map(
    ([name, count]) => [name, count - (before.counters[name] ?? 0)] as const,
  )
  const histograms = Object.entries(totals.histograms).map(([name, counts]) => {
    return [name, counts.map((count, i) => count - (before.histograms[name]?.[i] ?? 0))] as const
  })
  return {
    // A counter that starts at 0 is told, so that its first count is a rise.
    counters: Object.fromEntries(
      counters.filter(([name, count]) => count > 0 || before.counters[name] === undefined),
    ),
    histograms: Object.fromEntries(histograms),
  }
}

export function emptyHistogram(): number[] {
  return Array.from({ length: BOUNDS.length + 2 }, () => 0)
}

/** Counts a time. In place, because each request pays for it. */
export function observe(histogram: number[], ms: number): void {
  let bucket = 0
  while (bucket < BOUNDS.length && ms > (BOUNDS[bucket] ?? 0) * 1_000) bucket++
  histogram[bucket] = (histogram[bucket] ?? 0) + 1
  const sum = BOUNDS.length + 1
  histogram[sum] = (histogram[sum] ?? 0) + ms / 1_000
}
