// What all changes of a key share: after a lost race the row is read again, and a recorded change is settled.

import { findKey } from '../db/key-queries.ts'
import { isPending, type KeyRow, type LiveKey } from '../db/key-rows.ts'
import { raiseRevision } from '../db/outbox-queries.ts'
import { maySessionChangeKeys } from '../db/session-queries.ts'
import type { Opening } from '../keys/openings.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { Caller } from './context.ts'
import { tryToNoteRows } from './lost-keys.ts'
import { type OutboxDeps, settle } from './outbox.ts'
import type { Refusal } from './refusal.ts'

/** A try fails only if another change succeeded meanwhile. */
export const CHANGE_TRIES = 10
const MAX_RETRY_DELAY_MS = 40
export const SESSION_ENDED: Refusal = { reason: 'unauthenticated', scheme: 'session' }

/** Reads the row again after a guard failed. Answers a refusal if the session has ended. */
export async function readAgain(
  keyId: string,
  caller: Caller,
  deps: OutboxDeps,
): Promise<Result<KeyRow, Refusal>> {
  if (!(await maySessionChangeKeys(deps.db, caller))) return err(SESSION_ENDED)
  const row = await findKey(deps.db, caller.accountId, keyId)
  return row === undefined ? err({ reason: 'not_found' }) : ok(row)
}

/** Reads the row after another change was faster. Answers a refusal if it can no longer be changed. */
export async function readForRetry(
  keyId: string,
  caller: Caller,
  deps: OutboxDeps,
): Promise<Result<LiveKey, Refusal>> {
  await deps.wait(Math.random() * MAX_RETRY_DELAY_MS)
  const current = await readAgain(keyId, caller, deps)
  if (!current.ok) return current
  const { kind, accountStatus: status } = current.value
  if (kind !== 'live') return err({ reason: 'not_found' })
  return status === 'active' ? ok(current.value) : err({ reason: 'account_not_active', status })
}

/**
 * Settles an edit and answers the current key; `not_found` if the key was deleted meanwhile. An edit that
 * decides nothing that requests depend on has nothing to settle, unless an earlier change is still pending.
 * Null if another change came between, so that the edit must be decided anew. `respects`, `revisions`: see Decision.
 */
export async function enforceEdit(
  row: LiveKey,
  respects: readonly Opening[],
  revisions: 0 | 1,
  deps: OutboxDeps,
): Promise<Result<LiveKey, Refusal> | null> {
  if (respects.length === 0 && !isPending(row)) return ok(row)
  const settled = await settleKey(row, respects, deps, revisions)
  if (!settled.ok) {
    // An edit of what stands already has changed no row. After a restore its authority may hold something else,
    // so the row is raised: a later change must not take back what this edit has decided.
    const isRecorded =
      isPending(row) || (await raiseRevision(deps.db, row, null, row, deps.nowMs()))
    return isRecorded ? settled : null
  }
  return settled.value.kind === 'live' ? ok(settled.value) : err({ reason: 'not_found' })
}

/**
 * Brings a row that a change has made to its authority. Answers the current row, or the refusal that says that it
 * is pending.
 */
export async function settleKey(
  row: KeyRow,
  respects: readonly Opening[],
  deps: OutboxDeps,
  revisions: 0 | 1 = 1,
): Promise<Result<KeyRow, Refusal>> {
  const [settled] = await settle([row], { respects, revisions }, deps)
  if (settled === undefined) return err({ reason: 'enforcement_pending' })
  deps.later(tryToNoteRows([settled], deps).then(() => undefined))
  return ok(settled)
}
