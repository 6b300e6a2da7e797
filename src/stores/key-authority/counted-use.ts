// What an authority has counted of the use of its key. Reports are summed up in memory and written every ten
// seconds at most, the first one after a pause at once. No timer writes the last ones, because an object with a timer
// cannot hibernate and is billed on. The location that reported them is told when they can be written, and asks
// then. An object that ends loses what it was told since its last write. It never counts a request twice, so what
// it says is a lower bound.

import { type Denial, toDenial } from '../../keys/denial.ts'
import {
  addOutcomes,
  type AddressUse,
  addUse,
  mergeAddresses,
  noUse,
  type Outcomes,
  refusedCount,
  type Use,
} from '../../keys/use.ts'
import { readOldDenials } from './denial-table.ts'
import {
  addHour,
  type Bucket,
  DAY_MS,
  dropUse,
  floorTo,
  HOUR_MS,
  keepNewest,
  readHours,
  readLifetime,
  readOldDays,
  youngAddresses,
} from './use-table.ts'

/** Times are in milliseconds since 1970, and 0 stands for never. */
export interface UseSummary extends Outcomes {
  readonly firstUsedMs: number
  readonly lastUsedMs: number
  /** Null also if it was unreadable, or more than 24 hours ago. */
  readonly lastAddress: string | null
  /** How many requests were allowed within the last hour, about. */
  readonly allowedLastHour: number
}

export interface UseQuery {
  readonly by: 'hour' | 'day'
  /** From the bucket that contains this time. */
  readonly fromMs: number
  /** To the bucket before the one that begins at or after this time. */
  readonly toMs: number
}

export interface UseDetails extends UseSummary {
  /** Oldest first. Those without any use are left out. */
  readonly buckets: readonly UseBucket[]
  /** Those of 24 hours, newest first. */
  readonly addresses: readonly AddressUse[]
}

export interface UseBucket extends Outcomes {
  readonly atMs: number
}

const WRITE_INTERVAL_MS = 10_000
/** Above what is kept of an hour, so that not each report sorts them. */
const MAX_PENDING_ADDRESSES = 400

export class CountedUse {
  /** What is not written yet, of one hour. */
  private pending: Bucket | null = null
  private writtenMs = -Infinity
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** Adds use that was reported at `nowMs`, if any. Answers whether something was written. */
  add(use: Use, nowMs: number): boolean {
    const atMs = floorTo(nowMs, HOUR_MS)
    if (this.pending !== null && this.pending.atMs !== atMs) this.write(nowMs)
    if (use.allowed > 0 || use.addresses.length > 0 || refusedCount(use) > 0) {
      this.pending ??= { atMs, use: noUse() }
      addUse(this.pending.use, use)
      boundAddresses(this.pending.use)
    }
    return this.writesInMs(nowMs) > 0 ? false : this.write(nowMs)
  }

  /** After how many milliseconds what is pending may be written; 0 for now, or if nothing is. */
  writesInMs(nowMs: number): number {
    if (this.pending === null) return 0
    return Math.max(WRITE_INTERVAL_MS - Math.abs(nowMs - this.writtenMs), 0)
  }

  /** Writes what is not written yet. Answers whether there was anything. */
  write(nowMs: number): boolean {
    const { pending } = this
    if (pending === null) return false
    this.pending = null
    this.writtenMs = nowMs
    addHour(this.sql, pending.atMs, pending.use)
    return true
  }

  drop(): void {
    this.pending = null
    dropUse(this.sql)
  }

  /** The use of the last 24 hours, by the hour. */
  summarize(nowMs: number): UseSummary {
    const hours = this.hoursOfDay(nowMs)
    const sum: Outcomes = { allowed: 0, refused: {} }
    for (const { use } of hours) addOutcomes(sum, use)
    const stored = readLifetime(this.sql)
    const lifetime = noUse()
    addUse(lifetime, { ...noUse(), ...stored })
    if (this.pending !== null) addUse(lifetime, { ...this.pending.use, addresses: [] })
    const { firstAllowedMs: firstUsedMs, lastAllowedMs: lastUsedMs } = lifetime
    return {
      ...sum,
      firstUsedMs,
      lastUsedMs,
      lastAddress: lastAddressOf(hours, nowMs),
      allowedLastHour: allowedLastHour(hours, lastUsedMs, nowMs),
    }
  }

  detail({ by, fromMs, toMs }: UseQuery, nowMs: number): UseDetails {
    const spanMs = by === 'hour' ? HOUR_MS : DAY_MS
    const startMs = floorTo(fromMs, spanMs)
    const endMs = floorTo(toMs + spanMs - 1, spanMs)
    const days = by === 'day' ? readOldDays(this.sql, startMs, endMs) : []
    const buckets = new Map<number, Outcomes>()
    for (const { atMs, use } of [...days, ...this.hours(startMs, endMs)]) {
      const bucketMs = floorTo(atMs, spanMs)
      const sum = buckets.get(bucketMs) ?? { allowed: 0, refused: {} }
      addOutcomes(sum, use)
      buckets.set(bucketMs, sum)
    }
    return {
      ...this.summarize(nowMs),
      buckets: [...buckets].map(([atMs, outcomes]) => ({ atMs, ...outcomes })),
      addresses: this.addresses(nowMs),
    }
  }

  /** The denials of the last 24 hours, newest first. `max`: of that many addresses at most. */
  denials(nowMs: number, max: number): Denial[] {
    const counted = this.addresses(nowMs)
    const denied = mergeAddresses([...counted, ...readOldDenials(this.sql, nowMs)])
    const denials = denied.map(toDenial).filter((denial) => denial !== null)
    return denials
      .filter(({ lastAtMs }) => lastAtMs > nowMs - DAY_MS)
      .toSorted((a, b) => b.lastAtMs - a.lastAtMs)
      .slice(0, max)
  }

  /** The addresses of the last 24 hours, newest first. */
  private addresses(nowMs: number): AddressUse[] {
    const listed = this.hours(nowMs - DAY_MS - HOUR_MS, Infinity).flatMap(({ use }) =>
      youngAddresses(use, nowMs),
    )
    return mergeAddresses(listed).toSorted((a, b) => b.lastMs - a.lastMs)
  }

  private hoursOfDay(nowMs: number): Bucket[] {
    return this.hours(floorTo(nowMs, HOUR_MS) - DAY_MS + HOUR_MS, Infinity)
  }

  /** The hours that begin in a range, oldest first, with what is not written yet. */
  private hours(fromMs: number, toMs: number): Bucket[] {
    const stored = readHours(this.sql, fromMs, Math.min(toMs, Number.MAX_SAFE_INTEGER))
    const { pending } = this
    if (pending === null || pending.atMs < fromMs || pending.atMs >= toMs) return stored
    const use = noUse()
    for (const hour of stored) if (hour.atMs === pending.atMs) addUse(use, hour.use)
    addUse(use, pending.use)
    const others = stored.filter(({ atMs }) => atMs !== pending.atMs)
    return [...others, { atMs: pending.atMs, use }].toSorted((a, b) => a.atMs - b.atMs)
  }
}

/** Reports come faster than they are written, and an attacker chooses the addresses in them. */
function boundAddresses({ addresses }: Use): void {
  if (addresses.length > MAX_PENDING_ADDRESSES)
    addresses.splice(0, Infinity, ...keepNewest(addresses))
}

function lastAddressOf(hours: readonly Bucket[], nowMs: number): string | null {
  const used = hours
    .findLast(({ use }) => use.lastAllowedMs > 0)
    ?.use.addresses.filter(({ lastAllowedMs }) => lastAllowedMs > nowMs - DAY_MS)
  const newest = used?.toSorted((a, b) => b.lastAllowedMs - a.lastAllowedMs)[0]
  return newest?.address ?? null
}

/** Of the hour before, as large a part as lies within 60 minutes. */
function allowedLastHour(hours: readonly Bucket[], lastUsedMs: number, nowMs: number): number {
  if (lastUsedMs <= nowMs - HOUR_MS) return 0
  const hourMs = floorTo(nowMs, HOUR_MS)
  const allowedIn = (atMs: number) => hours.find((hour) => hour.atMs === atMs)?.use.allowed ?? 0
  const part = 1 - (nowMs - hourMs) / HOUR_MS
  return allowedIn(hourMs) + Math.ceil(allowedIn(hourMs - HOUR_MS) * part)
}
