// Queues `key.unused` for keys that nobody has used for 90 days. What the authorities have counted decides. Each
// key notes when it is looked at next, which is about once in 90 days.

import {
  listUnusedDue,
  moveUnusedCheck,
  queueUnused,
  type UnusedCheck,
} from '../../db/notice-queries.ts'
import { findKeys } from '../../db/outbox-queries.ts'
import { mapPooled } from '../map-pooled.ts'
import type { EventDeps } from './deliver.ts'

export interface UnusedDeps extends EventDeps {
  /** What the authority of a token has counted. */
  readonly summarizeUse: (lookupId: string) => Promise<{ readonly lastUsedMs: number }>
}

const UNUSED_MS = 90 * 24 * 3_600_000
/** Where an authority cannot be asked. */
const AGAIN_MS = 3_600_000
/** What one run of the cron looks at. The next run goes on. */
const KEYS_PER_RUN = 100
const AT_ONCE = 10

export async function noteUnused(deps: UnusedDeps): Promise<void> {
  const { db, eventReceiver, nowMs, logFault } = deps
  if (eventReceiver === undefined) return
  let failure: unknown
  const due = await listUnusedDue(db, nowMs(), KEYS_PER_RUN)
  await mapPooled(due, AT_ONCE, async (check) => {
    const lastActive = await findLastActive(check, deps).catch((error: unknown) => {
      failure = error
      return null
    })
    const now = nowMs()
    if (lastActive === 'gone') return
    if (lastActive === null) return await moveUnusedCheck(db, check, now + AGAIN_MS)
    const { atMs, lastUsedAt } = lastActive
    if (atMs + UNUSED_MS > now) return await moveUnusedCheck(db, check, atMs + UNUSED_MS)
    await queueUnused(db, check, { lastUsedAt, nextAt: now + UNUSED_MS, nowMs: now })
  })
  if (failure !== undefined) logFault('authority', failure) // one line a run
}

/** When a key was last used, made or given a new token; `lastUsedAt` is null if it was never used. */
async function findLastActive({ id }: UnusedCheck, { db, summarizeUse }: UnusedDeps) {
  const [key] = await findKeys(db, [id])
  if (key?.kind !== 'live') return 'gone'
  const used = await Promise.all(
    key.tokens.map(async ({ lookupId }) => (await summarizeUse(lookupId)).lastUsedMs),
  )
  const lastUsedMs = Math.max(0, ...used)
  const madeMs = Math.max(...key.tokens.map(({ createdAt }) => createdAt), key.createdAt)
  return { atMs: Math.max(lastUsedMs, madeMs), lastUsedAt: lastUsedMs === 0 ? null : lastUsedMs }
}
