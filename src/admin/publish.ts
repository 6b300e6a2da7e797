// Carries rows of libSQL into KV. A row whose revision is above its published one is in the outbox:
// it is retried after each write and by the cron, so a change that was recorded goes through.
//
// KV has no compare-and-set, so what is put may be older than what another writer put meanwhile. So
// after each put the row is read again, and put again where it has become newer; and the cron
// publishes once more whatever changed within the last ten minutes.

import { findKeys, listRevisedSince, listUnpublished, markPublished } from '../db/key-queries.ts'
import type { Database } from '../db/client.ts'
import { isPending, type KeyRow, toKeyRecord } from '../db/key-rows.ts'
import type { KeyRecord } from '../keys/key-record.ts'
import type { LogFault } from '../log.ts'

export interface PublishDeps {
  readonly db: Database
  /** Rejects when KV fails or does not answer in time. */
  readonly putRecord: (lookupId: string, record: KeyRecord) => Promise<void>
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
  readonly logFault: LogFault
}

/** KV takes one write a second to a name (https://developers.cloudflare.com/kv/platform/limits/). */
const RETRY_AFTER_MS = 1_100
const REPUBLISH_WINDOW_MS = 10 * 60_000
/** The second is a retry; each further one is there because of another change. */
const ROUNDS = 5
/** A Worker has at most six connections open at once. */
const PUTS_AT_ONCE = 6
const ROWS_A_RUN = 500
const ROWS_AT_ONCE = 100

/** Publishes rows; true when each is in KV as it now is, or newer. A put that fails is tried twice. */
export async function publish(rows: readonly KeyRow[], deps: PublishDeps): Promise<boolean> {
  const failedOnce = new Set<string>()
  let complete = true
  let waiting = rows
  for (let round = 0; round < ROUNDS && waiting.length > 0; round++) {
    const current = round === 0 ? rows : await readLater(waiting, deps)
    if (current === null) return false
    const { done, failed } = await putAll(current, deps)
    const retried = failed.filter(({ id }) => !failedOnce.has(id))
    if (retried.length < failed.length) complete = false
    for (const { id } of retried) failedOnce.add(id)
    waiting = [...(await markedAndNewer(done, deps)), ...retried]
  }
  return complete && waiting.length === 0
}

/** Retries what is in the outbox. Never rejects: it runs after an answer, where nobody waits for it. */
export async function drainOutbox(deps: PublishDeps): Promise<void> {
  try {
    await publishInParts(await listUnpublished(deps.db, ROWS_A_RUN), deps)
  } catch (error) {
    deps.logFault('outbox', error)
  }
}

/** Publishes again whatever changed within the last ten minutes, but for what is in the outbox. */
export async function republish(deps: PublishDeps): Promise<void> {
  const since = deps.nowMs() - REPUBLISH_WINDOW_MS
  const rows = await listRevisedSince(deps.db, since, ROWS_A_RUN)
  const published = rows.filter((row) => !isPending(row))
  await publishInParts(published, deps)
}

async function publishInParts(rows: readonly KeyRow[], deps: PublishDeps): Promise<void> {
  for (let i = 0; i < rows.length; i += ROWS_AT_ONCE) {
    await publish(rows.slice(i, i + ROWS_AT_ONCE), deps)
  }
}

async function putAll(rows: readonly KeyRow[], deps: PublishDeps) {
  const failed: KeyRow[] = []
  const done: KeyRow[] = []
  for (let i = 0; i < rows.length; i += PUTS_AT_ONCE) {
    const wave = rows.slice(i, i + PUTS_AT_ONCE)
    const results = await Promise.all(wave.map((row) => put(row, deps)))
    for (const [index, row] of wave.entries()) (results[index] === true ? done : failed).push(row)
    if (results.includes(true)) continue
    failed.push(...rows.slice(i + PUTS_AT_ONCE)) // KV is down: the rest would only take its time
    break
  }
  return { done, failed }
}

async function put(row: KeyRow, deps: PublishDeps): Promise<boolean> {
  try {
    await deps.putRecord(row.lookupId, toKeyRecord(row))
    return true
  } catch (error) {
    deps.logFault('kv_put', error)
    return false
  }
}

/** Notes what is in KV; answers the rows that have become newer than that. */
async function markedAndNewer(done: readonly KeyRow[], deps: PublishDeps): Promise<KeyRow[]> {
  if (done.length === 0) return []
  try {
    const rows = await markPublished(deps.db, done)
    const revisions = new Map(done.map(({ id, revision }) => [id, revision]))
    return rows.filter((row) => row.revision > (revisions.get(row.id) ?? 0))
  } catch (error) {
    deps.logFault('mark_published', error) // KV has them: the outbox publishes them once more
    return []
  }
}

/**
 * The rows as they are after a pause, since the ones in hand may have been deleted meanwhile; null where
 * that cannot be known.
 */
async function readLater(rows: readonly KeyRow[], deps: PublishDeps): Promise<KeyRow[] | null> {
  await deps.wait(RETRY_AFTER_MS)
  try {
    const ids = rows.map(({ id }) => id)
    return await findKeys(deps.db, ids)
  } catch (error) {
    deps.logFault('libsql', error)
    return null
  }
}
