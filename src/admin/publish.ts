// Puts records into KV (step 3 of a write). Nothing is put that its authority does not hold: a row
// that is noted as published is enforced, and *gone* in KV is believed without asking.
//
// KV has no compare-and-set, so what is put may be older than what another writer put meanwhile. So
// after each put the row is read again, and put again where it has become newer; and the cron
// publishes once more whatever changed within the last ten minutes.

import { type KeyRow, toKeyRecord } from '../db/key-rows.ts'
import { findKeys, markPublished } from '../db/outbox-queries.ts'
import type { KeyRecord } from '../keys/key-record.ts'
import { enforce, type EnforceDeps } from './enforce.ts'

export interface PublishDeps extends EnforceDeps {
  /** Rejects when KV fails or does not answer in time. */
  readonly putRecord: (lookupId: string, record: KeyRecord) => Promise<void>
  readonly wait: (ms: number) => Promise<void>
}

/** KV takes one write a second to a name (https://developers.cloudflare.com/kv/platform/limits/). */
const RETRY_AFTER_MS = 1_100
/** The second is a retry; each further one is there because of another change. */
const ROUNDS = 5
/** A Worker has at most six connections open at once. */
const PUTS_AT_ONCE = 6

/**
 * Publishes rows that are new or that their authorities hold; true when each is in KV as it now is, or
 * newer. A put that fails is tried twice.
 */
export async function publish(rows: readonly KeyRow[], deps: PublishDeps): Promise<boolean> {
  const failedOnce = new Set<string>()
  let complete = true
  let waiting = rows
  for (let round = 0; round < ROUNDS && waiting.length > 0; round++) {
    const current = round === 0 ? rows : await readLater(waiting, deps)
    if (current === null) return false
    if (current.length < waiting.length) complete = false
    const { done, failed } = await putAll(current, deps)
    const retried = failed.filter(({ id }) => !failedOnce.has(id))
    if (retried.length < failed.length) complete = false
    for (const { id } of retried) failedOnce.add(id)
    waiting = [...(await markedAndNewer(done, deps)), ...retried]
  }
  return complete && waiting.length === 0
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
 * The rows as they are after a pause, since the ones in hand may have been changed or deleted meanwhile,
 * and the authorities told; null where that cannot be known.
 */
async function readLater(rows: readonly KeyRow[], deps: PublishDeps): Promise<KeyRow[] | null> {
  await deps.wait(RETRY_AFTER_MS)
  try {
    const ids = rows.map(({ id }) => id)
    return await enforce(await findKeys(deps.db, ids), deps)
  } catch (error) {
    deps.logFault('libsql', error)
    return null
  }
}
