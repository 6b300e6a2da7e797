// Puts records into KV. This is step 3 of a write. Only a record that its authority holds is put, so every
// published row is enforced.
//
// KV has no compare-and-set, so a late writer can put an older record over a newer one. Therefore a row
// leaves the outbox only by a put that starts at least a minute after its revision was made. By then every
// put of an older revision is over, and this put overwrites it.

import { isUnpublished, type KeyRow, toKeyRecord } from '../db/key-rows.ts'
import { markPublished } from '../db/outbox-queries.ts'
import type { KeyRecord } from '../keys/key-record.ts'
import type { EnforceDeps } from './enforce.ts'
import { type LostKeysDeps, tryToNoteRows } from './lost-keys.ts'

export interface PublishDeps extends EnforceDeps, LostKeysDeps {
  /** Rejects if KV fails or does not answer in time. */
  readonly putRecord: (lookupId: string, record: KeyRecord) => Promise<void>
}

/** After this time no put of an older revision is under way. A put takes seconds, and PUT_WITHIN_MS holds. */
export const SETTLED_MS = 60_000
/** Rows that were read longer ago than this are not put. */
const PUT_WITHIN_MS = 30_000
/**
 * A Worker has at most six connections open at once
 * (https://developers.cloudflare.com/workers/platform/limits/).
 */
const PUTS_AT_ONCE = 6
/** An invocation may ask KV a thousand times (https://developers.cloudflare.com/kv/platform/limits/). */
export const MAX_PUTS = 900

/** Puts rows that are new or enforced into KV, once each. Answers the rows that KV took. */
export async function putRecords(rows: readonly KeyRow[], deps: PublishDeps): Promise<KeyRow[]> {
  const put: KeyRow[] = []
  const startedMs = deps.nowMs()
  const some = rows.slice(0, MAX_PUTS)
  for (let i = 0; i < some.length; i += PUTS_AT_ONCE) {
    if (deps.nowMs() - startedMs > PUT_WITHIN_MS) break
    const wave = some.slice(i, i + PUTS_AT_ONCE)
    const taken = await Promise.all(wave.map((row) => putRecord(row, deps)))
    put.push(...wave.filter((_, index) => taken[index]))
    if (!taken.includes(true)) break // KV is down, and each further put would wait for its time limit
  }
  return put
}

/** Puts rows as `putRecords` does. Rows that changed at least a minute ago leave the outbox. */
export async function publish(rows: readonly KeyRow[], deps: PublishDeps): Promise<KeyRow[]> {
  const startedMs = deps.nowMs()
  // The creation of a key may have failed to note it as its account's key, so note it before its first
  // publishing.
  const fresh = rows.filter(({ publishedRevision }) => publishedRevision === 0)
  const noted = fresh.length === 0 || (await tryToNoteRows(fresh, deps))
  const put = await putRecords(noted ? rows : rows.filter((row) => !fresh.includes(row)), deps)
  const settled = put.filter((row) => startedMs - row.revisedAt >= SETTLED_MS)
  try {
    await markPublished(deps.db, settled.filter(isUnpublished))
  } catch (error) {
    deps.logFault('mark_published', error) // KV has them, and the cron publishes them once more
  }
  return put
}

/**
 * Puts rows that were just made, which then leave the outbox at once: no older put of them can be under way.
 * What fails is put by the cron. Never rejects.
 */
export async function publishNew(rows: readonly KeyRow[], deps: PublishDeps): Promise<void> {
  const put = await putRecords(rows, deps)
  try {
    await markPublished(
      deps.db,
      put.filter(({ revision }) => revision === 1),
    )
  } catch (error) {
    deps.logFault('mark_published', error)
  }
}

/** Puts the records of all tokens of a row; true if KV took them. */
async function putRecord(row: KeyRow, deps: PublishDeps): Promise<boolean> {
  try {
    for (const token of row.tokens) await deps.putRecord(token.lookupId, toKeyRecord(row, token))
    return true
  } catch (error) {
    deps.logFault('kv_put', error)
    return false
  }
}
