// The addresses that a key's IP ACL refused, or would have refused, within 24 hours. A table in the key's Durable
// Object counts them by address and hour. It is bounded, since an attacker chooses the addresses.

/** The requests from an address that the IP ACL refused, or would have refused outside mode `report`. */
export interface Denial {
  /** Null if unreadable. */
  readonly address: string | null
  readonly count: number
  readonly firstAtMs: number
  readonly lastAtMs: number
  /** False if the last request was only reported. */
  readonly enforced: boolean
}

const HOUR_MS = 3_600_000
const KEPT_MS = 24 * HOUR_MS
const MAX_ADDRESSES = 100
/** Stored instead of NULL, because SQLite never treats two NULLs in a primary key as equal. */
const UNREADABLE = ''

/** Adds denials, then drops those that are too old and the least recent addresses above the limit. */
export function addDenials(sql: SqlStorage, denials: readonly Denial[], nowMs: number): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS denials (
    address TEXT NOT NULL, hour INTEGER NOT NULL, count INTEGER NOT NULL, first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL, enforced INTEGER NOT NULL, PRIMARY KEY (address, hour)
  ) WITHOUT ROWID`)
  for (const { address, count, firstAtMs, lastAtMs, enforced } of denials) {
    const hour = Math.floor(lastAtMs / HOUR_MS)
    const values = [address ?? UNREADABLE, hour, count, firstAtMs, lastAtMs, enforced ? 1 : 0]
    sql.exec(
      `INSERT INTO denials VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (address, hour) DO UPDATE SET
        count = count + excluded.count, first_at = min(first_at, excluded.first_at),
        enforced = iif(excluded.last_at >= last_at, excluded.enforced, enforced),
        last_at = max(last_at, excluded.last_at)`,
      ...values,
    )
  }
  forgetDenials(sql, nowMs)
  sql.exec(
    `DELETE FROM denials WHERE address NOT IN
      (SELECT address FROM denials GROUP BY address ORDER BY max(last_at) DESC LIMIT ?)`,
    MAX_ADDRESSES,
  )
}

/** The denials of the last 24 hours, newest first. */
export function listDenials(sql: SqlStorage, nowMs: number): Denial[] {
  if (!hasTable(sql)) return []
  const rows = sql.exec<Row>(
    `SELECT address, sum(count) AS count, min(first_at) AS first_at, max(last_at) AS last_at,
        (SELECT enforced FROM denials AS newest WHERE newest.address = denials.address
          ORDER BY last_at DESC LIMIT 1) AS enforced
      FROM denials WHERE last_at > ? GROUP BY address ORDER BY max(last_at) DESC, address LIMIT ?`,
    nowMs - KEPT_MS,
    MAX_ADDRESSES,
  )
  return [...rows].map((row) => ({
    address: row.address === UNREADABLE ? null : row.address,
    count: row.count,
    firstAtMs: row.first_at,
    lastAtMs: row.last_at,
    enforced: row.enforced === 1,
  }))
}

/** Drops denials that are too old. Returns when the next will be, or null if none are left. */
export function forgetDenials(sql: SqlStorage, nowMs: number): number | null {
  if (!hasTable(sql)) return null
  sql.exec('DELETE FROM denials WHERE last_at <= ?', nowMs - KEPT_MS)
  const { at } = sql.exec<{ at: number | null }>('SELECT min(last_at) AS at FROM denials').one()
  return at === null ? null : at + KEPT_MS
}

export function dropDenials(sql: SqlStorage): void {
  sql.exec('DROP TABLE IF EXISTS denials')
}

type Row = Record<'address', string> & Record<'count' | 'first_at' | 'last_at' | 'enforced', number>

function hasTable(sql: SqlStorage): boolean {
  const found = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'denials'")
  return [...found].length > 0
}
