// The use of a key as a picture needs it: a slot for each hour or day, those without use included.

import type { KeyUsage } from '../api/types.ts'

export interface Slot {
  /** The start of the hour or UTC day; RFC 3339. */
  readonly at: string
  readonly allowed: number
  /** By the code of the refusal. */
  readonly refused: Readonly<Record<string, number>>
}

export interface Series {
  /** Oldest first; the last one is not over yet. */
  readonly slots: readonly Slot[]
  readonly allowed: number
  /** The sums by code, largest first. */
  readonly refused: readonly (readonly [code: string, count: number])[]
  /** The most requests of a slot. */
  readonly most: number
}

const HOUR_MS = 60 * 60_000
const DAY_MS = 24 * HOUR_MS
const STEP_MS = { hour: HOUR_MS, day: DAY_MS }
const SLOTS = { hour: 7 * 24, day: 400 }

export function seriesOf({ by, as_of: asOf, buckets }: KeyUsage): Series {
  const step = STEP_MS[by]
  const lastMs = Math.floor(Date.parse(asOf) / step) * step
  const found = new Map(buckets.map((bucket) => [Date.parse(bucket.at), bucket]))
  const sums = new Map<string, number>()
  let [allowed, most] = [0, 0]
  const slots = Array.from({ length: SLOTS[by] }, (_, index): Slot => {
    const atMs = lastMs - (SLOTS[by] - 1 - index) * step
    const slot = found.get(atMs) ?? { at: new Date(atMs).toISOString(), allowed: 0, refused: {} }
    allowed += slot.allowed
    for (const [code, count] of Object.entries(slot.refused)) {
      sums.set(code, (sums.get(code) ?? 0) + count)
    }
    most = Math.max(most, slot.allowed + refusedOf(slot))
    return slot
  })
  return { slots, allowed, refused: [...sums].toSorted((a, b) => b[1] - a[1]), most }
}

export function refusedOf({ refused }: Pick<Slot, 'refused'>): number {
  return Object.values(refused).reduce((sum, count) => sum + count, 0)
}

/** The requests of the last 24 hours, of a use by hour. */
export function lastDayOf({ as_of: asOf, buckets }: KeyUsage): readonly [number, number] {
  const fromMs = Math.floor((Date.parse(asOf) - DAY_MS) / HOUR_MS) * HOUR_MS
  let [allowed, refused] = [0, 0]
  for (const bucket of buckets) {
    if (Date.parse(bucket.at) < fromMs) continue
    allowed += bucket.allowed
    refused += refusedOf(bucket)
  }
  return [allowed, refused]
}
