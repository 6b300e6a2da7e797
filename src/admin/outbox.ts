// Makes recorded changes true: first the authorities, then KV. A row whose revision is above its
// published one is in the outbox, which the cron retries, so that a change which was recorded goes
// through.

import { isPending, isUnpublished, type KeyRow } from '../db/key-rows.ts'
import {
  findKeys,
  listEnforced,
  listPending,
  listRevisedSince,
  listUnpublished,
  markEnforced,
} from '../db/outbox-queries.ts'
import { enforce } from './enforce.ts'
import type { Consistency } from './enforcement.ts'
import { publish, type PublishDeps } from './publish.ts'

export interface OutboxDeps extends PublishDeps {
  readonly consistency: Consistency
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
}

const CRON_MS = 60_000
/** So often a change is published again. */
const REPUBLISH_RUNS = 10
/** A run of the cron may ask KV a thousand times (https://developers.cloudflare.com/kv/platform/limits/). */
const PUBLISHED_A_RUN = 250
const ENFORCED_A_RUN = 1_000
/** Rows can be big, and libSQL limits the size of an answer. */
const ROWS_AT_ONCE = 100

/**
 * Brings rows as far as an answer about them needs: to the authorities under `strict`, to KV too under
 * `bounded`. Answers those that came so far, as they now are. A row that needs nothing is brought too:
 * after a restore from a backup its authority may hold something else.
 */
export async function settle(rows: readonly KeyRow[], deps: OutboxDeps): Promise<KeyRow[]> {
  const enforced = await enforce(rows, deps)
  const unpublished = enforced.filter(isUnpublished)
  if (deps.consistency === 'strict') {
    await noteEnforced(enforced, deps)
    publishLater(unpublished, deps)
  } else if (!(await publish(unpublished, deps))) {
    return []
  }
  return enforced.map((row) => ({ ...row, enforcedRevision: row.revision }))
}

/** Publishes rows that are new or enforced, behind the answer. */
export function publishLater(rows: readonly KeyRow[], deps: OutboxDeps): void {
  const published = async () => void (await publish(rows, deps))
  deps.later(published())
}

/** Retries what is in the outbox. Answers the ids of what it published. */
export async function drainOutbox(deps: OutboxDeps): Promise<readonly string[]> {
  const strict = deps.consistency === 'strict'
  if (strict) {
    // First, and by itself: what is pending must not wait for a KV that stalls.
    const pending = await listPending(deps.db, ENFORCED_A_RUN)
    await inParts(pending, deps, async (rows) => {
      await noteEnforced(await enforce(rows.filter(isPending), deps), deps)
    })
  }
  const list = strict ? listEnforced : listUnpublished
  const ids = await list(deps.db, PUBLISHED_A_RUN)
  await inParts(ids, deps, async (rows) => {
    const still = rows.filter(isUnpublished)
    const held = strict ? still.filter((row) => !isPending(row)) : await enforce(still, deps)
    await publish(held, deps)
  })
  return ids
}

/**
 * Publishes again whatever changed within the last ten minutes, but for these and the outbox: each change at
 * least once, while there are fewer than nine times as many as a run can publish.
 */
export async function republish(besides: readonly string[], deps: OutboxDeps): Promise<void> {
  const now = deps.nowMs()
  const since = now - REPUBLISH_RUNS * CRON_MS
  const left = new Set(besides)
  const run = Math.floor(now / CRON_MS)
  // One turn less than there are runs: the first one may come late in its minute.
  const ids = await listRevisedSince(deps.db, since, PUBLISHED_A_RUN, run, REPUBLISH_RUNS - 1)
  await inParts(
    ids.filter((id) => !left.has(id)),
    deps,
    async (rows) => {
      const published = rows.filter((row) => !isUnpublished(row))
      await publish(published, deps)
    },
  )
}

async function noteEnforced(rows: readonly KeyRow[], deps: OutboxDeps): Promise<void> {
  try {
    await markEnforced(deps.db, rows.filter(isPending))
  } catch (error) {
    deps.logFault('mark_enforced', error) // it is true all the same, and the outbox notes it later
  }
}

/** Reads and works a part at a time; what fails does not keep the next part from its turn. */
async function inParts(
  ids: readonly string[],
  deps: OutboxDeps,
  work: (part: readonly KeyRow[]) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < ids.length; i += ROWS_AT_ONCE) {
    try {
      await work(await findKeys(deps.db, ids.slice(i, i + ROWS_AT_ONCE)))
    } catch (error) {
      deps.logFault('outbox', error)
    }
  }
}
