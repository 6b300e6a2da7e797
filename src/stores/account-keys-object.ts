// The lookup ids of all keys that an account was given, except deleted ones: a Durable Object per account, named
// by the account id. libSQL has them too, but a database restored from a backup has lost the newest keys. A
// suspension must stop those keys as well.

import { DurableObject } from 'cloudflare:workers'

/** The lookup ids on a page. */
const PAGE = 1_000

export class AccountKeys extends DurableObject {
  /** Adds and removes lookup ids. Calls may be repeated. */
  note(issued: readonly string[], deleted: readonly string[]): void {
    const { sql } = this.ctx.storage
    sql.exec('CREATE TABLE IF NOT EXISTS keys (lookup_id TEXT PRIMARY KEY) WITHOUT ROWID')
    for (const id of issued) sql.exec('INSERT OR IGNORE INTO keys VALUES (?)', id)
    for (const id of deleted) sql.exec('DELETE FROM keys WHERE lookup_id = ?', id)
  }

  /** A page of lookup ids in order, from the first one after `after`. */
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
