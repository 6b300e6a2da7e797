// The table of differences, in the Durable Object of shadow mode: one row for requests that differ in the same way.
// Clients choose addresses, so rows are bounded. Beyond, requests are counted without their addresses.

import type { Difference } from '../shadow/comparison.ts'

/** Requests that differ in the same way. */
export interface CountedDifference extends Difference {
  readonly count: number
  readonly lastAtMs: number
}

export interface StoredDifference extends CountedDifference {
  readonly id: number
}

export interface DifferenceFilter {
  /** Of one key; undefined for all. */
  readonly keyId?: string | undefined
  /** The last id of the page before; undefined for the first page. */
  readonly before?: number | undefined
  readonly limit: number
}

/** With addresses. As many may have none, so that what is counted of a key shows even if others fill the table. */
const MAX_ROWS = 10_000
const MAX_ROWS_OF_KEY = 100
/** Of all requests without a known key. */
const MAX_ROWS_WITHOUT_KEY = 500
/** Stored instead of NULL, because SQLite never treats two NULLs in a unique index as equal. */
const NONE = ''

type Row = Record<'id' | 'upstream_status' | 'count' | 'last_at', number> &
  Record<'key_id' | 'kind' | 'code' | 'address', string>

/** How many rows there are: with addresses by key, and without addresses. */
interface Sizes {
  readonly ofKeys: Map<string, number>
  withAddress: number
  withoutAddress: number
}

export class DifferenceTable {
  private readonly sql: SqlStorage
  private sizes: Sizes | null = null

  constructor(sql: SqlStorage) {
    this.sql = sql
    sql.exec(`CREATE TABLE IF NOT EXISTS differences (
      id INTEGER PRIMARY KEY AUTOINCREMENT, key_id TEXT NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL,
      upstream_status INTEGER NOT NULL, address TEXT NOT NULL, count INTEGER NOT NULL, last_at INTEGER NOT NULL,
      UNIQUE (key_id, kind, code, upstream_status, address)
    )`)
  }

  add(added: CountedDifference): void {
    if (this.raise(added)) return
    if (this.takePlace(added)) return this.insert(added)
    const rest = { ...added, address: null }
    if (!this.raise(rest) && this.takePlace(rest)) this.insert(rest)
  }

  /** Those that were seen after a time. What was first seen last comes first. */
  read({ keyId, before, limit }: DifferenceFilter, afterMs: number): StoredDifference[] {
    const rows = this.sql.exec<Row>(
      `SELECT * FROM differences WHERE id < ? AND last_at > ?${keyId === undefined ? '' : ' AND key_id = ?'}
        ORDER BY id DESC LIMIT ?`,
      before ?? Number.MAX_SAFE_INTEGER,
      afterMs,
      ...(keyId === undefined ? [] : [keyId]),
      limit,
    )
    return [...rows].map(toDifference)
  }

  /** Drops what was seen last at a time or before. Answers when the oldest of the rest was; null if there is none. */
  forget(beforeMs: number): number | null {
    this.sql.exec('DELETE FROM differences WHERE last_at <= ?', beforeMs)
    this.sizes = null
    return this.sql.exec<{ at: number | null }>('SELECT min(last_at) AS at FROM differences').one()
      .at
  }

  /** Adds to a row that is there. False if there is none. */
  private raise({ count, lastAtMs, ...difference }: CountedDifference): boolean {
    const raised = this.sql.exec(
      `UPDATE differences SET count = count + ?, last_at = max(last_at, ?)
        WHERE key_id = ? AND kind = ? AND code = ? AND upstream_status = ? AND address = ? RETURNING id`,
      count,
      lastAtMs,
      ...namesOf(difference),
    )
    return [...raised].length > 0
  }

  private insert({ count, lastAtMs, ...difference }: CountedDifference): void {
    this.sql.exec(
      `INSERT INTO differences (key_id, kind, code, upstream_status, address, count, last_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...namesOf(difference),
      count,
      lastAtMs,
    )
  }

  /** Takes the place of a new row. False if there is none. */
  private takePlace({ keyId, address }: Difference): boolean {
    const sizes = (this.sizes ??= this.countRows())
    if (address === null) return sizes.withoutAddress++ < MAX_ROWS
    const name = keyId ?? NONE
    const ofKey = sizes.ofKeys.get(name) ?? 0
    const most = keyId === null ? MAX_ROWS_WITHOUT_KEY : MAX_ROWS_OF_KEY
    if (ofKey >= most || sizes.withAddress >= MAX_ROWS) return false
    sizes.ofKeys.set(name, ofKey + 1)
    sizes.withAddress++
    return true
  }

  private countRows(): Sizes {
    const rows = this.sql.exec<{ key_id: string; count: number }>(
      `SELECT key_id, count(*) AS count FROM differences WHERE address <> '' GROUP BY key_id`,
    )
    const ofKeys = new Map([...rows].map(({ key_id: keyId, count }) => [keyId, count] as const))
    const withAddress = [...ofKeys.values()].reduce((sum, count) => sum + count, 0)
    const { count: withoutAddress } = this.sql
      .exec<{ count: number }>(`SELECT count(*) AS count FROM differences WHERE address = ''`)
      .one()
    return { ofKeys, withAddress, withoutAddress }
  }
}

/** What a row is known by. */
function namesOf({ keyId, kind, code, upstreamStatus, address }: Difference) {
  return [keyId ?? NONE, kind, code ?? NONE, upstreamStatus, address ?? NONE] as const
}

function toDifference(row: Row): StoredDifference {
  return {
    id: row.id,
    keyId: row.key_id === NONE ? null : row.key_id,
    kind: row.kind as Difference['kind'],
    code: row.code === NONE ? null : (row.code as Difference['code']),
    upstreamStatus: row.upstream_status,
    address: row.address === NONE ? null : row.address,
    count: row.count,
    lastAtMs: row.last_at,
  }
}
