// Carries rows of libSQL into KV. A row whose revision is above its published one is in the outbox:
// it is retried after each write and by the cron, so a change that was recorded goes through.

import type { Database } from '../db/client.ts'
import { listRevisedSince, listUnpublished, markPublished } from '../db/key-queries.ts'
import { type KeyRow, toKeyRecord } from '../db/key-rows.ts'
import type { KeyRecord } from '../keys/key-record.ts'
import type { LogFault } from '../log.ts'

export interface PublishDeps {
  readonly db: Database
  readonly putRecord: (lookupId: string, record: KeyRecord) => Promise<void>
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
  readonly logFault: LogFault
}

/** KV takes one write a second to a name (https://developers.cloudflare.com/kv/platform/limits/). */
const RETRY_AFTER_MS = 1_100
/** KV has no compare-and-set, so a late writer can put an older record back: see `republish`. */
const REPUBLISH_WINDOW_MS = 10 * 60_000
const ROWS_A_RUN = 500
/** A Worker has at most six connections open at once. */
const AT_ONCE = 6

/** Publishes one row; false when KV does not take it, which leaves the row in the outbox. */
export async function publish(row: KeyRow, deps: PublishDeps): Promise<boolean> {
  const record = toKeyRecord(row)
  try {
    await deps.putRecord(row.lookupId, record).catch(async () => {
      await deps.wait(RETRY_AFTER_MS)
      await deps.putRecord(row.lookupId, record)
    })
  } catch (error) {
    deps.logFault('kv_put', error)
    return false
  }
  try {
    await markPublished(deps.db, row.id, row.revision)
  } catch (error) {
    deps.logFault('mark_published', error) // KV has it: the outbox will publish it once more
  }
  return true
}

/** Publishes rows, a few at a time; true when all went through. */
export async function publishAll(rows: readonly KeyRow[], deps: PublishDeps): Promise<boolean> {
  let all = true
  for (let i = 0; i < rows.length; i += AT_ONCE) {
    const batch = rows.slice(i, i + AT_ONCE)
    const done = await Promise.all(batch.map((row) => publish(row, deps)))
    all &&= done.every(Boolean)
  }
  return all
}

/** Retries what is in the outbox. */
export async function drainOutbox(deps: PublishDeps): Promise<void> {
  await publishAll(await listUnpublished(deps.db, ROWS_A_RUN), deps)
}

/** Publishes again whatever changed within the last ten minutes. */
export async function republish(deps: PublishDeps): Promise<void> {
  const since = deps.nowMs() - REPUBLISH_WINDOW_MS
  await publishAll(await listRevisedSince(deps.db, since, ROWS_A_RUN), deps)
}
