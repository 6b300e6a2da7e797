// What all isolates judged in shadow, and where the upstream decided otherwise: one Durable Object for a
// deployment. An isolate reports every five seconds at most, so one object serves thousands of them.
//
// Addresses are personal data. So a difference goes seven days after it was seen last. If nothing was judged for
// seven days, everything goes.

import { DurableObject } from 'cloudflare:workers'
import type { ShadowReport } from '../shadow/shadow-report.ts'
import {
  type DifferenceFilter,
  DifferenceTable,
  type StoredDifference,
} from './difference-table.ts'

export interface ShadowCountsPage {
  /** When the first request was judged. Null if none was. */
  readonly sinceMs: number | null
  readonly judged: number
  readonly agreed: number
  readonly differences: readonly StoredDifference[]
}

const KEPT_MS = 7 * 24 * 3_600_000
const LEAST_PAUSE_MS = 3_600_000
/** A duration is longer than this only if a clock is wrong. */
const MAX_AGO_MS = 60_000

type Totals = Record<'since' | 'judged' | 'agreed' | 'reported_at', number>

export class ShadowCounts extends DurableObject {
  private table: DifferenceTable | null = null

  /** Adds what an isolate counted. */
  async report({ firstAgoMs, judged, agreed, differences }: ShadowReport): Promise<void> {
    const { storage } = this.ctx
    const now = Date.now()
    const table = this.open()
    storage.sql.exec(
      `INSERT INTO totals VALUES (1, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        judged = judged + excluded.judged, agreed = agreed + excluded.agreed, reported_at = excluded.reported_at`,
      ago(firstAgoMs, now),
      judged,
      agreed,
      now,
    )
    for (const { agoMs, ...difference } of differences) {
      table.add({ ...difference, lastAtMs: ago(agoMs, now) })
    }
    if ((await storage.getAlarm()) === null) await storage.setAlarm(now + KEPT_MS)
  }

  /** What was counted, and a page of differences. */
  read(filter: DifferenceFilter): ShadowCountsPage {
    const differences = this.open().read(filter, Date.now() - KEPT_MS)
    const { since = null, judged = 0, agreed = 0 } = this.readTotals() ?? {}
    return { sinceMs: since, judged, agreed, differences }
  }

  override async alarm(): Promise<void> {
    await this.forget(Date.now())
  }

  /** Drops what is too old at a time. */
  async forget(now: number): Promise<void> {
    const { storage } = this.ctx
    const oldestMs = this.open().forget(now - KEPT_MS)
    const reportedMs = this.readTotals()?.reported_at ?? 0
    if (reportedMs <= now - KEPT_MS) {
      await storage.deleteAll()
      this.table = null
    } else {
      const nextMs = Math.min(oldestMs ?? reportedMs, reportedMs) + KEPT_MS
      await storage.setAlarm(Math.max(nextMs, now + LEAST_PAUSE_MS))
    }
  }

  private readTotals(): Totals | undefined {
    return [...this.ctx.storage.sql.exec<Totals>('SELECT * FROM totals')][0]
  }

  private open(): DifferenceTable {
    const { sql } = this.ctx.storage
    sql.exec(`CREATE TABLE IF NOT EXISTS totals (
      id INTEGER PRIMARY KEY, since INTEGER NOT NULL, judged INTEGER NOT NULL, agreed INTEGER NOT NULL,
      reported_at INTEGER NOT NULL
    )`)
    return (this.table ??= new DifferenceTable(sql))
  }
}

function ago(ms: number, now: number): number {
  return now - Math.min(ms, MAX_AGO_MS)
}
