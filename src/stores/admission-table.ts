// The times at which a hasher admitted its clients in the last minute. They are in the object's storage, because
// the object loses its memory after some idle seconds. A client is a keyed hash, which reveals no identity.

const PERIOD_MS = 60_000

export function createAdmissionTable(sql: SqlStorage): void {
  sql.exec('CREATE TABLE IF NOT EXISTS admissions (client TEXT NOT NULL, at INTEGER NOT NULL)')
  sql.exec('CREATE INDEX IF NOT EXISTS admissions_client ON admissions (client, at)')
  sql.exec('CREATE INDEX IF NOT EXISTS admissions_at ON admissions (at)')
}

/** How long a client must wait that may be admitted `perMinute` times in any minute. 0 if it need not wait. */
export function admissionWaitMs(
  sql: SqlStorage,
  client: string,
  perMinute: number,
  nowMs: number,
): number {
  // A time in the future was written before the clock was set back.
  sql.exec('DELETE FROM admissions WHERE at <= ? OR at > ?', nowMs - PERIOD_MS, nowMs)
  const [nth] = sql
    .exec<{ at: number }>(
      'SELECT at FROM admissions WHERE client = ? ORDER BY at DESC LIMIT 1 OFFSET ?',
      client,
      perMinute - 1,
    )
    .toArray()
  return nth === undefined ? 0 : nth.at + PERIOD_MS - nowMs
}

export function addAdmission(sql: SqlStorage, client: string, nowMs: number): void {
  sql.exec('INSERT INTO admissions (client, at) VALUES (?, ?)', client, nowMs)
}
