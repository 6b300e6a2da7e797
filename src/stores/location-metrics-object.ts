// What the isolates of a location have counted: a Durable Object per location, named by its three letters. Each
// isolate has a row with its totals, which its next report replaces. Rows of isolates that are long gone are
// added up in one row. Totals must never fall, or Prometheus would count all of them anew, so they are stored.
//
// The object with the name DIRECTORY knows the locations that there are.

import { DurableObject } from 'cloudflare:workers'
import { addTotals, type Totals } from '../metrics/totals.ts'

/** An isolate that has not reported for so long does not report any more. */
const GONE_MS = 24 * 3_600_000
const FOLD_EVERY_MS = 3_600_000
const FOLDED_AT_ONCE = 500
/** The name of the row of the isolates that are gone. */
const GONE = ''

type Row = { readonly id: string; readonly totals: string }

export class LocationMetrics extends DurableObject {
  private foldedAtMs = 0

  /** Takes the totals of an isolate. May be repeated. */
  report(isolate: string, totals: Totals): void {
    const sql = this.open()
    const now = Date.now()
    sql.exec('INSERT OR REPLACE INTO isolates VALUES (?, ?, ?)', isolate, now, toText(totals))
    if (Math.abs(now - this.foldedAtMs) < FOLD_EVERY_MS) return
    this.foldedAtMs = now
    this.fold(now - GONE_MS)
  }

  /** The totals of the location. */
  read(): Totals {
    const rows = this.open().exec<Row>('SELECT id, totals FROM isolates')
    return addTotals([...rows].map(parseTotals))
  }

  /** Notes that there is a location of this name. */
  register(location: string): void {
    this.openDirectory().exec('INSERT OR IGNORE INTO locations VALUES (?)', location)
  }

  /** The locations that were ever noted, in order. */
  locations(): string[] {
    const rows = this.openDirectory().exec<{ name: string }>(
      'SELECT name FROM locations ORDER BY name',
    )
    return [...rows].map(({ name }) => name)
  }

  /** Adds up the rows of isolates that last reported before a time. In one turn, so at once or not at all. */
  private fold(beforeMs: number): void {
    const { sql } = this.ctx.storage
    const gone = [
      ...sql.exec<Row>(
        'SELECT id, totals FROM isolates WHERE at < ? AND id <> ? LIMIT ?',
        beforeMs,
        GONE,
        FOLDED_AT_ONCE,
      ),
    ]
    if (gone.length === 0) return
    const before = [...sql.exec<Row>('SELECT id, totals FROM isolates WHERE id = ?', GONE)]
    const sum = addTotals([...before, ...gone].map(parseTotals))
    sql.exec('INSERT OR REPLACE INTO isolates VALUES (?, ?, ?)', GONE, beforeMs, toText(sum))
    for (const { id } of gone) sql.exec('DELETE FROM isolates WHERE id = ?', id)
  }

  private open(): SqlStorage {
    const { sql } = this.ctx.storage
    sql.exec(
      'CREATE TABLE IF NOT EXISTS isolates (id TEXT PRIMARY KEY, at INTEGER, totals TEXT) WITHOUT ROWID',
    )
    return sql
  }

  private openDirectory(): SqlStorage {
    const { sql } = this.ctx.storage
    sql.exec('CREATE TABLE IF NOT EXISTS locations (name TEXT PRIMARY KEY) WITHOUT ROWID')
    return sql
  }
}

function toText(totals: Totals): string {
  return JSON.stringify(totals)
}

function parseTotals({ totals }: Row): Totals {
  return JSON.parse(totals) as Totals
}
