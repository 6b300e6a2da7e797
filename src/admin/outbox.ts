// Makes recorded changes true: first the authorities, then KV. A row whose revision is above its
// published one is in the outbox: it is retried after each write and by the cron, so that a change
// which was recorded goes through.

import { isPending, isUnpublished, type KeyRow } from '../db/key-rows.ts'
import { listRevisedSince, listUnpublished, markEnforced } from '../db/outbox-queries.ts'
import { enforce, type EnforceDeps } from './enforce.ts'
import type { Consistency } from './enforcement.ts'
import { publish, type PublishDeps } from './publish.ts'

export interface OutboxDeps extends EnforceDeps, PublishDeps {
  readonly consistency: Consistency
}

const REPUBLISH_WINDOW_MS = 10 * 60_000
const ROWS_A_RUN = 500
const ROWS_AT_ONCE = 100

/**
 * Brings changes as far as their answer needs: to the authorities under `strict`, to KV too under
 * `bounded`. Answers the rows as they now are; one that could not be brought so far is still pending.
 */
export async function settle(rows: readonly KeyRow[], deps: OutboxDeps): Promise<KeyRow[]> {
  const enforced = await enforce(rows.filter(isPending), deps)
  const reached = deps.consistency === 'strict' || (await publish(enforced, deps))
  if (deps.consistency === 'strict') await noteEnforced(enforced, deps)
  const settled = new Map(
    reached ? enforced.map((row) => [row.id, { ...row, enforcedRevision: row.revision }]) : [],
  )
  return rows.map((row) => settled.get(row.id) ?? row)
}

/** Retries what is in the outbox. Never rejects: it runs after an answer, where nobody waits for it. */
export async function drainOutbox(deps: OutboxDeps): Promise<void> {
  try {
    await inParts(await listUnpublished(deps.db, ROWS_A_RUN), async (rows) => {
      const settled = await settle(rows, deps)
      await publish(
        settled.filter((row) => !isPending(row) && isUnpublished(row)),
        deps,
      )
    })
  } catch (error) {
    deps.logFault('outbox', error)
  }
}

/** Publishes again whatever changed within the last ten minutes, but for what is in the outbox. */
export async function republish(deps: OutboxDeps): Promise<void> {
  const since = deps.nowMs() - REPUBLISH_WINDOW_MS
  const rows = await listRevisedSince(deps.db, since, ROWS_A_RUN)
  const published = rows.filter((row) => !isUnpublished(row))
  await inParts(published, (part) => publish(part, deps))
}

async function noteEnforced(rows: readonly KeyRow[], deps: OutboxDeps): Promise<void> {
  try {
    await markEnforced(deps.db, rows)
  } catch (error) {
    deps.logFault('mark_enforced', error) // it is true all the same, and the outbox notes it later
  }
}

async function inParts(
  rows: readonly KeyRow[],
  work: (part: readonly KeyRow[]) => Promise<unknown>,
): Promise<void> {
  for (let i = 0; i < rows.length; i += ROWS_AT_ONCE) await work(rows.slice(i, i + ROWS_AT_ONCE))
}
