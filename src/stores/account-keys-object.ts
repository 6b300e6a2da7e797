// Which keys an account was ever given, by their lookup ids: a Durable Object per account, named by its
// id. libSQL knows that too, but a database that came back from a backup has lost the newest keys, and a
// suspension must stop those as well. Keys that are gone for good are left out.

import { DurableObject } from 'cloudflare:workers'

/** What is asked for at once. */
const PAGE = 1_000

export class AccountKeys extends DurableObject {
  /** Both may be told again. */
  note(issued: readonly string[], gone: readonly string[]): void {
    const { sql } = this.ctx.storage
    sql.exec('CREATE TABLE IF NOT EXISTS keys (lookup_id TEXT PRIMARY KEY) WITHOUT ROWID')
    for (const id of issued) sql.exec('INSERT OR IGNORE INTO keys VALUES (?)', id)
    for (const id of gone) sql.exec('DELETE FROM keys WHERE lookup_id = ?', id)
  }

  /** A page of the lookup ids, in order; `after` is the one after which it starts. */
  list(after: string): string[] {
    const { sql } = this.ctx.storage
    const found = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'keys'")
    if ([...found].length === 0) return []
    const rows = sql.exec<{ lookup_id: string }>(
      'SELECT lookup_id FROM keys WHERE lookup_id > ? ORDER BY lookup_id LIMIT ?',
      after,
      PAGE,
    )
    return [...rows].map((row) => row.lookup_id)
  }
}
