// Brings recorded changes to the authorities, and then to KV. A row whose revision is above its published
// revision is in the outbox. The cron works the outbox off, so every recorded change goes through in the
// end.

import { listStatusPending } from '../db/account-queries.ts'
import { isPending, isUnpublished, type KeyRow } from '../db/key-rows.ts'
import {
  findKeys,
  markEnforced,
  type Revision,
  takeEnforced,
  takePending,
} from '../db/outbox-queries.ts'
import type { KeyAuthorities } from '../stores/key-authority/key-authority.ts'
import { enforce } from './enforce.ts'
import type { Decision } from './lost-changes.ts'
import { type LostKeysDeps, stopLostKeys } from './lost-keys.ts'
import { MAX_PUTS, publish, type PublishDeps, putRecords, SETTLED_MS } from './publish.ts'

export interface OutboxDeps extends PublishDeps, LostKeysDeps {
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  /** Drops what was counted of a token. */
  readonly forgetUse: KeyAuthorities['forgetUse']
}

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
 * Brings rows to their authorities, and waits until they have settled. Answers the rows that hold, in their
 * current state. Rows without a pending change are brought too, because after a restore from a backup an
 * authority may hold something else. `decision`: see lost-changes.ts.
 */
export async function settle(
  rows: readonly KeyRow[],
  decision: Decision,
  deps: OutboxDeps,
): Promise<KeyRow[]> {
  const settled = await enforceAndMark(rows, decision, deps)
  publishLater(settled.filter(isUnpublished), deps)
  return settled
}

/**
 * As `settle`, for all keys of an account; true if every key came so far. An account may have 1 000 keys,
 * whose rows are too many for one answer of libSQL and for an isolate. So they are read in parts. All parts
 * settle at the same time. After a part of which nothing could be brought, the cron has to bring the rest.
 */
export async function settleInParts(
  ids: readonly string[],
  isDue: (row: KeyRow) => boolean,
  decision: Decision,
  deps: OutboxDeps,
): Promise<boolean> {
  let complete = true
  const marked: Promise<void>[] = []
  try {
    for (const part of partsOf(ids)) {
      const due = (await findKeys(deps.db, part)).filter(isDue)
      const { rows, settled } = await enforce(due, decision, deps)
      marked.push(markSettled(toRevisions(rows), settled, deps))
      if (rows.length < due.length) complete = false
      if (rows.length === 0 && due.length > 0) break
    }
  } catch (error) {
    deps.logFault('libsql', error)
    complete = false
  }
  await Promise.all(marked)
  deps.later(putHeld(ids, deps))
  return complete
}

/** The pending ones of some rows, without their contents. */
function toRevisions(rows: readonly KeyRow[]): Revision[] {
  return rows.filter(isPending).map(({ id, revision }) => ({ id, revision }))
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

/** Brings pending rows to their authorities, as many as one run of the cron may. All settle at the same time. */
export async function enforcePending(deps: OutboxDeps): Promise<void> {
  const run = deps.nowMs()
  let advances = 0
  const counting: OutboxDeps = {
    ...deps,
    advance(...change) {
      advances++
      return deps.advance(...change)
    },
  }
  const next = async () =>
    advances < MAX_ADVANCES ? await takePending(deps.db, run, ROWS_PER_PART) : []
  const marked: Promise<void>[] = []
  try {
    for (let rows = await next(); rows.length > 0; rows = await next()) {
      const { rows: brought, settled } = await enforce(rows, null, counting)
      marked.push(markSettled(toRevisions(brought), settled, deps))
    }
  } finally {
    await Promise.all(marked)
  }
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
  await markSettled(toRevisions(enforced.rows), enforced.settled, deps)
  return enforced.rows.map((row) => ({ ...row, enforcedRevision: row.revision }))
}

async function markSettled(
  revisions: readonly Revision[],
  settled: Promise<void>,
  deps: OutboxDeps,
): Promise<void> {
  await settled
  try {
    await markEnforced(deps.db, revisions)
  } catch (error) {
    deps.logFault('mark_enforced', error) // the rows hold all the same, and the cron marks them later
  }
}
