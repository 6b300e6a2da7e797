// The table of a key's use, in the key's Durable Object: a row for each hour, or day after a week, that had any. The
// addresses of an hour stand in its row and go after 24 hours, because they are personal data. All of it is
// bounded, since clients choose the addresses.

import {
  addUse,
  type AddressUse,
  firstOf,
  noUse,
  type Use,
  type UseReport,
} from '../../keys/use.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
const KEPT_HOURS = 7 * 24
const KEPT_DAYS = 400
/** Of an hour: that many addresses with an allowed request, and that many of other addresses. */
const MAX_ADDRESSES = 100
/** The pause between two looks for addresses that are too old. */
const LEAST_PAUSE_MS = 5 * 60_000
/** A report is older than this only if a clock is wrong. */
const MAX_AGE_MS = 60_000

/** `life` is one row for what is older than all days. It has the first and the last use alone. */
type Span = 'hour' | 'day' | 'life'

/** The use of an hour or a day. */
export interface Bucket {
  readonly atMs: number
  readonly use: Use
}

/** Brings the times of a report to this clock. Only durations of another clock count. */
export function toOwnTime(report: UseReport, nowMs: number): Use {
  const own = (atMs: number): number => {
    if (atMs === 0) return 0
    return nowMs - Math.min(Math.max(report.sentMs - atMs, 0), MAX_AGE_MS)
  }
  return {
    allowed: report.allowed,
    refused: report.refused,
    firstAllowedMs: own(report.firstAllowedMs),
    lastAllowedMs: own(report.lastAllowedMs),
    addresses: report.addresses.map((one) => ({
      ...one,
      firstMs: own(one.firstMs),
      lastMs: own(one.lastMs),
      lastAllowedMs: own(one.lastAllowedMs),
      lastDeniedMs: own(one.lastDeniedMs),
      lastReportedMs: own(one.lastReportedMs),
      firstDenialMs: own(one.firstDenialMs),
    })),
  }
}

/** Adds the use of an hour. One row is written. */
export function addHour(sql: SqlStorage, hourMs: number, added: Use): void {
  createTable(sql)
  const [stored] = readRows(sql, `span = 'hour' AND at = ?`, hourMs)
  const use = stored?.use ?? noUse()
  addUse(use, added)
  write(sql, 'hour', hourMs, { ...use, addresses: keepNewest(use.addresses) })
}

/** The hours that begin in a range, its end not included, oldest first. */
export function readHours(sql: SqlStorage, fromMs: number, toMs: number): Bucket[] {
  if (!hasTable(sql)) return []
  return readRows(sql, `span = 'hour' AND at >= ? AND at < ? ORDER BY at`, fromMs, toMs)
}

/** As `readHours`, for days that are over for a week. Younger days are the sums of their hours. */
export function readOldDays(sql: SqlStorage, fromMs: number, toMs: number): Bucket[] {
  if (!hasTable(sql)) return []
  return readRows(sql, `span = 'day' AND at >= ? AND at < ? ORDER BY at`, fromMs, toMs)
}

/** The first and the last allowed request that are in the table; 0 for never. */
export function readLifetime(sql: SqlStorage): Pick<Use, 'firstAllowedMs' | 'lastAllowedMs'> {
  if (!hasTable(sql)) return { firstAllowedMs: 0, lastAllowedMs: 0 }
  const { first, last } = sql
    .exec<Record<'first' | 'last', number>>(
      `SELECT coalesce(min(nullif(first_allowed_at, 0)), 0) AS first,
        coalesce(max(last_allowed_at), 0) AS last FROM use_counts`,
    )
    .one()
  return { firstAllowedMs: first, lastAllowedMs: last }
}

/** Drops and sums up what is old. Answers when that will be needed again; null if nothing will be old. */
export function forgetOldUse(sql: SqlStorage, nowMs: number): number | null {
  if (!hasTable(sql)) return null
  const addressesAtMs = forgetAddresses(sql, nowMs)
  const hoursFromMs = floorTo(nowMs, DAY_MS) - KEPT_HOURS * HOUR_MS
  for (const { atMs, use } of readRows(sql, `span = 'hour' AND at < ?`, hoursFromMs)) {
    move(sql, { span: 'hour', atMs }, { span: 'day', atMs: floorTo(atMs, DAY_MS) }, use)
  }
  const daysFromMs = floorTo(nowMs, DAY_MS) - KEPT_DAYS * DAY_MS
  for (const { atMs, use } of readRows(sql, `span = 'day' AND at < ?`, daysFromMs)) {
    const { firstAllowedMs, lastAllowedMs } = use
    move(
      sql,
      { span: 'day', atMs },
      { span: 'life', atMs: 0 },
      { ...noUse(), firstAllowedMs, lastAllowedMs },
    )
  }
  const hoursAtMs = oldest(sql, 'hour', DAY_MS + KEPT_HOURS * HOUR_MS)
  const daysAtMs = oldest(sql, 'day', (KEPT_DAYS + 1) * DAY_MS)
  const nextMs = [addressesAtMs, hoursAtMs, daysAtMs].filter((atMs) => atMs !== null)
  return nextMs.length === 0 ? null : Math.max(Math.min(...nextMs), nowMs + LEAST_PAUSE_MS)
}

export function dropUse(sql: SqlStorage): void {
  sql.exec('DROP TABLE IF EXISTS use_counts')
}

/** The addresses of the last 24 hours. */
export function youngAddresses(use: Use, nowMs: number): AddressUse[] {
  return use.addresses.filter(({ lastMs }) => lastMs > nowMs - DAY_MS)
}

export function floorTo(ms: number, spanMs: number): number {
  return Math.floor(ms / spanMs) * spanMs
}

/** Drops addresses that were last seen 24 hours ago. Answers when the next will be that old. */
function forgetAddresses(sql: SqlStorage, nowMs: number): number | null {
  let firstMs = 0
  for (const { atMs, use } of readRows(sql, `span = 'hour' AND addresses != '[]'`)) {
    const young = youngAddresses(use, nowMs)
    if (young.length < use.addresses.length) write(sql, 'hour', atMs, { ...use, addresses: young })
    for (const { lastMs } of young) firstMs = firstOf(firstMs, lastMs)
  }
  return firstMs === 0 ? null : firstMs + DAY_MS
}

interface Place {
  readonly span: Span
  readonly atMs: number
}

function move(sql: SqlStorage, from: Place, to: Place, moved: Use): void {
  const [stored] = readRows(sql, 'span = ? AND at = ?', to.span, to.atMs)
  const use = stored?.use ?? noUse()
  addUse(use, { ...moved, addresses: [] })
  write(sql, to.span, to.atMs, use)
  sql.exec('DELETE FROM use_counts WHERE span = ? AND at = ?', from.span, from.atMs)
}

/** When the oldest row of a span is too old. */
function oldest(sql: SqlStorage, span: Span, keptMs: number): number | null {
  const { at } = sql
    .exec<{ at: number | null }>('SELECT min(at) AS at FROM use_counts WHERE span = ?', span)
    .one()
  return at === null ? null : floorTo(at, DAY_MS) + keptMs
}

/** The addresses that were seen last, with a part for those that were let in, which others cannot push out. */
export function keepNewest(addresses: AddressUse[]): AddressUse[] {
  if (addresses.length <= MAX_ADDRESSES) return addresses
  const newest = addresses.toSorted((a, b) => b.lastMs - a.lastMs)
  const used = newest.filter(({ allowed }) => allowed > 0).slice(0, MAX_ADDRESSES)
  const others = newest.filter(({ allowed }) => allowed === 0).slice(0, MAX_ADDRESSES)
  return [...used, ...others]
}

type Row = Record<'at' | 'allowed' | 'first_allowed_at' | 'last_allowed_at', number> &
  Record<'refused' | 'addresses', string>

function readRows(sql: SqlStorage, where: string, ...values: (string | number)[]): Bucket[] {
  const rows = sql.exec<Row>(
    `SELECT at, allowed, first_allowed_at, last_allowed_at, refused, addresses
      FROM use_counts WHERE ${where}`,
    ...values,
  )
  return [...rows].map((row) => ({
    atMs: row.at,
    use: {
      allowed: row.allowed,
      refused: JSON.parse(row.refused) as Record<string, number>,
      firstAllowedMs: row.first_allowed_at,
      lastAllowedMs: row.last_allowed_at,
      addresses: JSON.parse(row.addresses) as AddressUse[],
    },
  }))
}

function write(sql: SqlStorage, span: Span, atMs: number, use: Use): void {
  sql.exec(
    'INSERT OR REPLACE INTO use_counts VALUES (?, ?, ?, ?, ?, ?, ?)',
    span,
    atMs,
    use.allowed,
    use.firstAllowedMs,
    use.lastAllowedMs,
    JSON.stringify(use.refused),
    JSON.stringify(use.addresses),
  )
}

function createTable(sql: SqlStorage): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS use_counts (
    span TEXT NOT NULL, at INTEGER NOT NULL, allowed INTEGER NOT NULL, first_allowed_at INTEGER NOT NULL,
    last_allowed_at INTEGER NOT NULL, refused TEXT NOT NULL, addresses TEXT NOT NULL,
    PRIMARY KEY (span, at)
  ) WITHOUT ROWID`)
}

function hasTable(sql: SqlStorage): boolean {
  const found = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'use_counts'")
  return [...found].length > 0
}
