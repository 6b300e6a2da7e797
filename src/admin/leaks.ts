// Does what leak reports ask for: an old token ends, and a current one pauses its key until a rotation. A report is
// worked off behind its answer, and by the cron until everything of it holds. Doing it twice changes nothing.

import { isStorageUnavailable } from '../db/client.ts'
import { isPending, type KeyRow, type LiveKey } from '../db/key-rows.ts'
import {
  deleteFinishedReports,
  findKeysOfTokens,
  finishLeakReport,
  markLeaked,
  type StoredReport,
  takeLeakReports,
} from '../db/leak-queries.ts'
import { findKeys } from '../db/outbox-queries.ts'
import { changeTokens } from '../db/rotation-queries.ts'
import type { Changes } from '../db/schema/audit-events.ts'
import { auditEvent } from './audit.ts'
import { toRotationJson, toTime } from './json.ts'
import { CHANGE_TRIES } from './key-change.ts'
import { tryToNoteRows } from './lost-keys.ts'
import { mapPooled } from './map-pooled.ts'
import { type OutboxDeps, settle } from './outbox.ts'

const REPORTS_PER_RUN = 50
/** Longer than the minute in which the reports of a sender are counted. */
const KEPT_MS = 2 * 60_000
const MAX_RETRY_DELAY_MS = 40
/** How many keys are changed at once. */
const AT_ONCE = 8
/** How often a report is tried behind its answer. Then it is left to the cron, which runs each minute. */
const TRIES = 3
/** As long as a statement of libSQL may take: what held it up has ended by then. */
const RETRY_AFTER_MS = 2_000

/** Only for the log. The report stays for the cron. */
class TooManyChangesError extends Error {
  override readonly name = 'TooManyChangesError'
}

/** Works off the reports that are not finished, and forgets the others. */
export async function workOffLeaks(deps: OutboxDeps): Promise<void> {
  const run = deps.nowMs()
  const reports = await takeLeakReports(deps.db, run, REPORTS_PER_RUN)
  for (const report of reports) await tryToStopTokens(report, deps)
  await deleteFinishedReports(deps.db, run - KEPT_MS)
}

/** Tries again while something is left to do. Never rejects. What is left in the end stays for the cron. */
export async function workOffReport(report: StoredReport, deps: OutboxDeps): Promise<void> {
  for (let tries = 1; !(await tryToStopTokens(report, deps)) && tries < TRIES; tries++) {
    await deps.wait(RETRY_AFTER_MS)
  }
}

/** Answers whether everything is done that the report asks for. Never rejects. */
async function tryToStopTokens(report: StoredReport, deps: OutboxDeps): Promise<boolean> {
  const { db, logFault, nowMs } = deps
  try {
    const found = await findKeysOfTokens(db, report.lookupIds)
    const rows = await mapPooled(found, AT_ONCE, (token) => stopToken(token, report, deps))
    const pending = rows.filter((row) => row !== null).filter(isPending)
    // This closes the keys further. It decides nothing else that their authorities may know, see lost-changes.ts.
    const settled = await settle(pending, { respects: [], revisions: 1 }, deps)
    await tryToNoteRows(settled, deps)
    if (settled.length < pending.length) return false
    await finishLeakReport(db, report.id, nowMs())
    return true
  } catch (error) {
    logFault(isStorageUnavailable(error) ? 'libsql' : 'unexpected', error)
    return false
  }
}

/** Records that a token lets no request in. Answers the row; null if there was nothing to do. */
async function stopToken(
  { keyId, lookupId }: { readonly keyId: string; readonly lookupId: string },
  report: StoredReport,
  deps: OutboxDeps,
): Promise<LiveKey | null> {
  for (let tries = 0; tries < CHANGE_TRIES; tries++) {
    const [row] = await findKeys(deps.db, [keyId])
    const stopped = await recordStop(row, lookupId, report, deps)
    if (stopped !== undefined) return stopped
    await deps.wait(Math.random() * MAX_RETRY_DELAY_MS)
  }
  throw new TooManyChangesError()
}

/** The row in which the stop is recorded; null if there was nothing to do, undefined if another change was faster. */
async function recordStop(
  row: KeyRow | undefined,
  lookupId: string,
  report: StoredReport,
  deps: OutboxDeps,
): Promise<LiveKey | null | undefined> {
  const token = row?.tokens.find((one) => one.lookupId === lookupId)
  if (row?.kind !== 'live' || token === undefined) return null // deleted, or ended long ago
  if (token.endedAt !== null) return row
  const now = deps.nowMs()
  const actor = { kind: 'gateway', accountId: row.accountId, address: null } as const
  const toEvent = (changes: Changes) =>
    auditEvent('key.leaked', actor, now, {
      keyId: row.id,
      changes: { ...changes, url: [null, report.url], note: [null, report.note] },
    })
  if (token.replacedAt === null) {
    if (row.leakedAt !== null) return row
    const event = toEvent({ enabled: [row.details.enabled, false], leaked_at: [null, toTime(now)] })
    return await markLeaked(deps.db, row, event)
  }
  const ended = { ...token, endsAt: Math.min(token.endsAt ?? now, now), endedAt: now }
  const event = toEvent({ rotation: [toRotationJson(row.tokens, now), null] })
  return await changeTokens(deps.db, row, [ended], null, event)
}
