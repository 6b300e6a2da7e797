// Whom a key's IP ACL has kept out, or would have, within 24 hours: a table in the key's Durable
// Object, counted by address and hour. Bounded, since addresses are the attacker's to choose.

/** Requests of one address that the IP ACL refused, or let through in mode `report`. */
export interface Denial {
  /** Null where unreadable. */
  readonly address: string | null
  readonly count: number
  readonly firstAtMs: number
  readonly lastAtMs: number
  /** False where the last one was only reported. */
  readonly enforced: boolean
}

const HOUR_MS = 3_600_000
const KEPT_MS = 24 * HOUR_MS
const MAX_ADDRESSES = 100
/** SQLite has no NULL in a primary key that would equal another. */
const UNREADABLE = ''

/** Adds what was counted, and forgets what is too old or too much. */
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

/** The last 24 hours, newest first. */
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

/** Drops what is too old; answers when there will be something to drop again, null where nothing is left. */
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
