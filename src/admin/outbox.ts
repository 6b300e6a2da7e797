// Makes recorded changes true: first the authorities, then KV. A row whose revision is above its
// published one is in the outbox, which the cron works off, so that a change which was recorded goes
// through.

import { listStatusPending } from '../db/account-queries.ts'
import { isPending, isUnpublished, type KeyRow } from '../db/key-rows.ts'
import { findKeys, markEnforced, takeEnforced, takePending } from '../db/outbox-queries.ts'
import { enforce } from './enforce.ts'
import type { Consistency } from './enforcement.ts'
import type { Decision } from './lost-changes.ts'
import { type LostKeysDeps, stopLostKeys } from './lost-keys.ts'
import { MAX_PUTS, publish, type PublishDeps, putRecords, SETTLED_MS } from './publish.ts'

export interface OutboxDeps extends PublishDeps, LostKeysDeps {
  readonly consistency: Consistency
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
}

/** KV takes one write a second to a name (https://developers.cloudflare.com/kv/platform/limits/). */
const KV_RETRY_MS = 1_100

/** Rows can be big, and libSQL limits the size of an answer. */
const ROWS_AT_ONCE = 100
/**
 * An invocation has 10 000 subrequests (https://developers.cloudflare.com/workers/platform/limits/). With each
 * advance go at most four more: its repetition, and three to libSQL where the authority holds something else.
 * A part that has begun is finished, so that a run makes 7 000 of them, and MAX_PUTS to KV.
 */
const MAX_ADVANCES = 1_000
/** Each asks once for its keys, and twice for each that the database has lost: a few, but after a disaster. */
const ACCOUNTS_A_RUN = 5

/**
 * Brings rows as far as an answer about them needs: to the authorities, and under `bounded` to KV too.
 * Answers those that came so far, as they now are. A row that needs nothing is brought too: after a restore
 * from a backup its authority may hold something else. `decision`: see lost-changes.ts.
 */
export async function settle(
  rows: readonly KeyRow[],
  decision: Decision,
  deps: OutboxDeps,
): Promise<KeyRow[]> {
  const settled = await bring(rows, decision, deps)
  if (deps.consistency === 'strict') publishLater(settled.filter(isUnpublished), deps)
  if (deps.consistency === 'strict' || settled.length === rows.length) return settled
  await deps.wait(KV_RETRY_MS)
  const ids = rows.map(({ id }) => id)
  return await bring(await findKeys(deps.db, ids), decision, deps)
}

/**
 * Brings the keys of an account as far as an answer about them needs; true when all came so far. An account
 * has up to 1 000 keys: their rows are more than libSQL answers at once, and than an isolate has room for.
 * So they are read a part at a time. A part of which nothing could be brought is the last; the cron brings
 * the others.
 */
export async function settleInParts(
  ids: readonly string[],
  isDue: (row: KeyRow) => boolean,
  decision: Decision,
  deps: OutboxDeps,
): Promise<boolean> {
  // Rows of one part stay at hand, and are put into KV at once.
  const readsAgain = deps.consistency === 'strict' && ids.length > ROWS_AT_ONCE
  let complete = true
  try {
    for (const part of partsOf(ids)) {
      const due = (await findKeys(deps.db, part)).filter(isDue)
      const settled = readsAgain
        ? await bring(due, decision, deps)
        : await settle(due, decision, deps)
      if (settled.length < due.length) complete = false
      if (settled.length === 0 && due.length > 0) break
    }
  } catch (error) {
    deps.logFault('libsql', error)
    complete = false
  }
  if (readsAgain) deps.later(putHeld(ids, deps))
  return complete
}

/** Puts what holds into KV behind the answer, and reads it again for that, a part at a time. */
async function putHeld(ids: readonly string[], deps: OutboxDeps): Promise<void> {
  try {
    for (const part of partsOf(ids.slice(0, MAX_PUTS))) {
      const rows = await findKeys(deps.db, part)
      const held = rows.filter((row) => isUnpublished(row) && !isPending(row))
      const put = await putRecords(held, deps)
      if (put.length < held.length) return // KV is down or slow: the outbox makes sure of it
    }
  } catch (error) {
    deps.logFault('libsql', error)
  }
}

function* partsOf(ids: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < ids.length; i += ROWS_AT_ONCE) yield ids.slice(i, i + ROWS_AT_ONCE)
}

/** Puts rows that are new or enforced into KV behind the answer. The outbox makes sure of it. */
export function publishLater(rows: readonly KeyRow[], deps: OutboxDeps): void {
  const put = async () => void (await putRecords(rows, deps))
  deps.later(put())
}

/** Brings to the authorities what is not known to hold, as much as a run of the cron may. */
export async function enforcePending(deps: OutboxDeps): Promise<void> {
  const run = deps.nowMs()
  let advances = 0
  const counting: OutboxDeps = {
    ...deps,
    advance(lookupId, record) {
      advances++
      return deps.advance(lookupId, record)
    },
  }
  const next = async () =>
    advances < MAX_ADVANCES ? await takePending(deps.db, run, ROWS_AT_ONCE) : []
  for (let rows = await next(); rows.length > 0; rows = await next())
    await bring(rows, null, counting)
}

/** Tells keys that the database does not know of a status that they have not heard of. */
export async function stopPendingLostKeys(deps: OutboxDeps): Promise<void> {
  for (const account of await listStatusPending(deps.db, ACCOUNTS_A_RUN)) {
    await stopLostKeys(account, deps)
  }
}

/** Puts into KV what holds and is in the outbox, as much as a run of the cron may. */
export async function publishEnforced(deps: OutboxDeps): Promise<void> {
  const run = deps.nowMs()
  for (let left = MAX_PUTS; left > 0; left -= ROWS_AT_ONCE) {
    const rows = await takeEnforced(deps.db, run, run - SETTLED_MS, ROWS_AT_ONCE)
    const put = await publish(rows, deps)
    if (put.length === 0) return
  }
}

/** The rows that hold now, and are noted so. */
async function bring(
  rows: readonly KeyRow[],
  decision: Decision,
  deps: OutboxDeps,
): Promise<KeyRow[]> {
  const enforced = await enforce(rows, decision, deps)
  const pending = enforced.filter(isPending)
  const held = deps.consistency === 'strict' ? pending : await putRecords(pending, deps)
  try {
    await markEnforced(deps.db, held)
  } catch (error) {
    deps.logFault('mark_enforced', error) // it is true all the same, and the outbox notes it later
  }
  return enforced
    .filter((row) => !isPending(row) || held.includes(row))
    .map((row) => ({ ...row, enforcedRevision: row.revision }))
}
