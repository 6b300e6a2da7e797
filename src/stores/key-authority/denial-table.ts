// The table of denials that versions wrote which counted no use. It is read until its rows are 24 hours old.

import { type Denial, fromDenial } from '../../keys/denial.ts'
import type { AddressUse } from '../../keys/use.ts'

const KEPT_MS = 24 * 3_600_000
/** Stored instead of NULL, because SQLite never treats two NULLs in a primary key as equal. */
const UNREADABLE = ''

type Row = Record<'address', string> & Record<'count' | 'first_at' | 'last_at' | 'enforced', number>

/** Each address once an hour. */
export function readOldDenials(sql: SqlStorage, nowMs: number): AddressUse[] {
  if (!hasTable(sql)) return []
  const rows = sql.exec<Row>(
    'SELECT address, count, first_at, last_at, enforced FROM denials WHERE last_at > ?',
    nowMs - KEPT_MS,
  )
  return [...rows].map((row) => {
    const address = row.address === UNREADABLE ? null : row.address
    const times = { firstAtMs: row.first_at, lastAtMs: row.last_at }
    const denial: Denial = { address, count: row.count, ...times, enforced: row.enforced === 1 }
    return fromDenial(denial)
  })
}

/** Drops rows that are too old, and with the last one the table. Answers when the next will be too old. */
export function forgetOldDenials(sql: SqlStorage, nowMs: number): number | null {
  if (!hasTable(sql)) return null
  sql.exec('DELETE FROM denials WHERE last_at <= ?', nowMs - KEPT_MS)
  const { at } = sql.exec<{ at: number | null }>('SELECT min(last_at) AS at FROM denials').one()
  if (at === null) dropOldDenials(sql)
  return at === null ? null : at + KEPT_MS
}

export function dropOldDenials(sql: SqlStorage): void {
  sql.exec('DROP TABLE IF EXISTS denials')
}

function hasTable(sql: SqlStorage): boolean {
  const found = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'denials'")
  return [...found].length > 0
}
