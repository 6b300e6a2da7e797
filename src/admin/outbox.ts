// Brings recorded changes to the authorities, and then to KV. A row whose revision is above its published
// revision is in the outbox. The cron works the outbox off, so every recorded change goes through in the
// end.

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

/** Rows per read. Rows can be big, and libSQL limits the size of an answer. */
const ROWS_PER_PART = 100
/**
 * An invocation has 10 000 subrequests (https://developers.cloudflare.com/workers/platform/limits/). Each
 * advance may need four more: one repetition, and three to libSQL if the authority holds something else. A
 * run finishes the part that it has begun. So it makes up to 7 000 subrequests, and MAX_PUTS to KV.
 */
const MAX_ADVANCES = 1_000
/**
 * Accounts per run of the cron. Each takes one call for its keys, and two for each key that the database
 * lost.
 */
const ACCOUNTS_PER_RUN = 5

/**
 * Brings rows as far as an answer about them needs: to the authorities, and under `bounded` to KV too.
 * Answers the rows that came so far, in their current state. Rows without a pending change are brought too,
 * because after a restore from a backup an authority may hold something else. `decision`: see
 * lost-changes.ts.
 */
export async function settle(
  rows: readonly KeyRow[],
  decision: Decision,
  deps: OutboxDeps,
): Promise<KeyRow[]> {
  const settled = await enforceAndMark(rows, decision, deps)
  if (deps.consistency === 'strict') publishLater(settled.filter(isUnpublished), deps)
  if (deps.consistency === 'strict' || settled.length === rows.length) return settled
  await deps.wait(KV_RETRY_MS)
  const ids = rows.map(({ id }) => id)
  return await enforceAndMark(await findKeys(deps.db, ids), decision, deps)
}

/**
 * As `settle`, for all keys of an account; true if every key came so far. An account may have 1 000 keys,
 * whose rows are too many for one answer of libSQL and for an isolate. So they are read in parts. After a
 * part of which nothing could be brought, the cron has to bring the rest.
 */
export async function settleInParts(
  ids: readonly string[],
  isDue: (row: KeyRow) => boolean,
  decision: Decision,
  deps: OutboxDeps,
): Promise<boolean> {
  // The rows of a single part are kept, and put into KV at once.
  const readsAgain = deps.consistency === 'strict' && ids.length > ROWS_PER_PART
  let complete = true
  try {
    for (const part of partsOf(ids)) {
      const due = (await findKeys(deps.db, part)).filter(isDue)
      const settled = readsAgain
        ? await enforceAndMark(due, decision, deps)
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

/** Puts rows that are enforced into KV after the answer is sent. Reads them again, in parts. */
async function putHeld(ids: readonly string[], deps: OutboxDeps): Promise<void> {
  try {
    for (const part of partsOf(ids.slice(0, MAX_PUTS))) {
      const rows = await findKeys(deps.db, part)
      const held = rows.filter((row) => isUnpublished(row) && !isPending(row))
      const put = await putRecords(held, deps)
      if (put.length < held.length) return // KV is down or slow, so the rest stays in the outbox
    }
  } catch (error) {
    deps.logFault('libsql', error)
  }
}

function* partsOf(ids: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < ids.length; i += ROWS_PER_PART) yield ids.slice(i, i + ROWS_PER_PART)
}

/** Puts rows that are new or enforced into KV after the answer is sent. What fails stays in the outbox. */
export function publishLater(rows: readonly KeyRow[], deps: OutboxDeps): void {
  const put = async () => void (await putRecords(rows, deps))
  deps.later(put())
}

/** Brings pending rows to their authorities, as many as one run of the cron may. */
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
    advances < MAX_ADVANCES ? await takePending(deps.db, run, ROWS_PER_PART) : []
  for (let rows = await next(); rows.length > 0; rows = await next())
    await enforceAndMark(rows, null, counting)
}

/** Brings the status of accounts to the keys that the database has lost, see lost-keys.ts. */
export async function stopPendingLostKeys(deps: OutboxDeps): Promise<void> {
  for (const account of await listStatusPending(deps.db, ACCOUNTS_PER_RUN)) {
    await stopLostKeys(account, deps)
  }
}

/** Publishes enforced rows of the outbox to KV, as many as one run of the cron may. */
export async function publishEnforced(deps: OutboxDeps): Promise<void> {
  const run = deps.nowMs()
  for (let left = MAX_PUTS; left > 0; left -= ROWS_PER_PART) {
    const rows = await takeEnforced(deps.db, run, run - SETTLED_MS, ROWS_PER_PART)
    const put = await publish(rows, deps)
    if (put.length === 0) return
  }
}

/** Brings rows to their authorities, marks them as enforced, and answers the rows that now hold. */
async function enforceAndMark(
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
    deps.logFault('mark_enforced', error) // the rows hold all the same, and the cron marks them later
  }
  return enforced
    .filter((row) => !isPending(row) || held.includes(row))
    .map((row) => ({ ...row, enforcedRevision: row.revision }))
}
