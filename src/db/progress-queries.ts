// How far the gateway has come with what goes on by itself: the pending changes and the cron.

import { and, count, eq, min, sql } from 'drizzle-orm'
import type { Database } from './client.ts'
import { apiKeys } from './schema/api-keys.ts'
import { meta } from './schema/meta.ts'

export interface Progress {
  /** Changes that are recorded and not known to hold. */
  readonly pending: number
  readonly oldestPendingAtMs: number | null
  /** Null where it never ran. */
  readonly cronLastRunAtMs: number | null
}

const CRON_LAST_RUN = 'cron_last_run_at'

export async function readProgress(db: Database): Promise<Progress> {
  const [[pending], [cron]] = await db.batch([
    db
      .select({ count: count(), oldest: min(apiKeys.revisedAt) })
      .from(apiKeys)
      // The first condition is the one of the index of the outbox.
      .where(and(sql`published_revision < revision`, sql`enforced_revision < revision`)),
    db.select().from(meta).where(eq(meta.name, CRON_LAST_RUN)),
  ])
  return {
    pending: pending?.count ?? 0,
    oldestPendingAtMs: pending?.oldest ?? null,
    cronLastRunAtMs: cron === undefined ? null : Number(cron.value),
  }
}

export async function noteCronRun(db: Database, nowMs: number): Promise<void> {
  const value = String(nowMs)
  await db
    .insert(meta)
    .values({ name: CRON_LAST_RUN, value })
    .onConflictDoUpdate({ target: meta.name, set: { value } })
}
