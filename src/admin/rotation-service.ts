// The rotation of a key's token. Each function decides on the row that it read, runs one guarded batch, and
// settles the row that the batch returned. After a lost race it reads the row again and decides anew.

import { isPending, type KeyRow, type LiveKey } from '../db/key-rows.ts'
import { changeTokens, findRepeatedRotation, insertToken } from '../db/rotation-queries.ts'
import type { AuditAction, Changes } from '../db/schema/audit-events.ts'
import type { Opening } from '../keys/openings.ts'
import {
  endOld,
  findRotation,
  isOverdue,
  keepOld,
  MAX_OVERLAP_MS,
  moveEnd,
  replaceTokens,
  type Rotation,
  type TokenTimes,
} from '../keys/rotation.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { auditEvent } from './audit.ts'
import type { Caller } from './context.ts'
import { toIdempotency } from './idempotency.ts'
import { toRotationJson, toTime } from './json.ts'
import { CHANGE_TRIES, enforceEdit, readForRetry } from './key-change.ts'
import { type KeyServiceDeps, revealKey } from './key-service.ts'
import { tryToNoteRows } from './lost-keys.ts'
import { makeToken } from './new-token.ts'
import { endOverdueRotation } from './overdue-rotations.ts'
import { NOT_FOUND } from './own-key.ts'
import type { Refusal } from './refusal.ts'
import type { RotateKey } from './requests/rotation.ts'

/** A client's clock may be this far behind where it says "now". */
const NOW_TOLERANCE_MS = 5_000

const DECIDES = ['ends_at'] as const satisfies readonly Opening[]
/** The rotation of a leaked key opens it again. */
const DECIDES_LEAKED = [...DECIDES, 'enabled', 'leaked_at'] as const satisfies readonly Opening[]

export interface Rotated {
  readonly key: LiveKey
  /** The new token, in clear. */
  readonly token: string
}

/** Makes a new token for a key. The old one works for `overlap_seconds` more; of a leaked key no longer. */
export async function rotateKey(
  read: LiveKey,
  input: RotateKey,
  idempotencyKey: string | undefined,
  caller: Caller,
  deps: KeyServiceDeps,
): Promise<Result<Rotated, Refusal>> {
  const asked = { overlap_seconds: input.overlap_seconds }
  const idempotency = await toIdempotency(idempotencyKey, asked, deps.sessionKeys, deps.nowMs())
  let row = read
  for (let tries = 0; tries < CHANGE_TRIES; tries++) {
    const repeated = idempotency && (await findRepeatedRotation(deps.db, row.id, idempotency))
    if (repeated !== undefined) {
      if (!repeated.sameBody) return err({ reason: 'idempotency_mismatch' })
      const revealed = await revealKey(row, caller, deps, repeated.sealedToken)
      if (!revealed.ok) return revealed
      const enforced = await enforceRotated(row, revealed.value, DECIDES, 0, deps)
      if (enforced !== null) return enforced
      const current = await readForRetry(row.id, caller, deps)
      if (!current.ok) return current
      row = current.value
      continue
    }
    const now = deps.nowMs()
    if (isOverdue(row.tokens, now)) {
      const ended = await endOverdueRotation(row, deps)
      if (ended !== undefined) row = ended
    }
    const isLeaked = row.leakedAt !== null
    const underWay = findRotation(row.tokens, now)
    if (underWay !== undefined && !isLeaked) {
      return err({ reason: 'rotation_in_progress', endsAt: toTime(underWay.endsAt) })
    }
    const endsAt = isLeaked ? now : now + input.overlap_seconds * 1_000
    const changes: Changes = {
      rotation: [
        toRotationJson(row.tokens, now),
        { started_at: toTime(now), ends_at: toTime(endsAt) },
      ],
      ...(row.leakedAt !== null && {
        enabled: [row.details.enabled, true],
        leaked_at: [toTime(row.leakedAt), null],
      }),
    }
    const { token, ...sealed } = await makeToken({ keyId: row.id, accountId: row.accountId }, deps)
    const done = await insertToken(
      deps.db,
      row,
      { ...sealed, idempotency },
      replaceTokens(row.tokens, endsAt, now),
      caller,
      auditEvent('key.rotate', caller, now, { keyId: row.id, changes }),
    )
    if (done !== undefined) {
      // Noted before the answer, so that a suspension reaches the token even if the database loses it.
      await tryToNoteRows([done], deps)
      const decides = isLeaked ? DECIDES_LEAKED : DECIDES
      const enforced = await enforceRotated(done, token, decides, 1, deps)
      if (enforced !== null) return enforced
    }
    const current = await readForRetry(row.id, caller, deps)
    if (!current.ok) return current
    row = current.value
  }
  return err({ reason: 'version_conflict' })
}

async function enforceRotated(
  row: LiveKey,
  token: string,
  respects: readonly Opening[],
  revisions: 0 | 1,
  deps: KeyServiceDeps,
): Promise<Result<Rotated, Refusal> | null> {
  const enforced = await enforceEdit(row, respects, revisions, deps)
  return enforced?.ok === true ? ok({ key: enforced.value, token }) : enforced
}

/** Moves the end of the old token. `endsAt`: now, or a few seconds ago, ends it at once. */
export async function moveRotationEnd(
  read: LiveKey,
  endsAt: number,
  caller: Caller,
  deps: KeyServiceDeps,
): Promise<Result<LiveKey, Refusal>> {
  return await changeRotation(read, caller, deps, (tokens, { startedAt }, now) => {
    const isPast = endsAt < now - NOW_TOLERANCE_MS
    if (isPast || endsAt > startedAt + MAX_OVERLAP_MS) return err(toRangeFault(startedAt))
    if (endsAt <= now) return ok({ action: 'key.rotation_end', tokens: endOld(tokens, now) })
    return ok({ action: 'key.update', tokens: moveEnd(tokens, endsAt) })
  })
}

/** Ends a rotation. `keep`: the token that stays. */
export async function endRotation(
  read: LiveKey,
  keep: 'new' | 'old',
  caller: Caller,
  deps: KeyServiceDeps,
): Promise<Result<LiveKey, Refusal>> {
  return await changeRotation(read, caller, deps, (tokens, _, now) =>
    ok({
      action: 'key.rotation_end',
      tokens: keep === 'new' ? endOld(tokens, now) : keepOld(tokens, now),
      ...(keep === 'old' && { changes: { keep: [null, keep] } }),
    }),
  )
}

interface Step {
  readonly action: AuditAction
  /** The tokens that change. */
  readonly tokens: readonly TokenTimes[]
  /** What the audit tells beside the times of the rotation. */
  readonly changes?: Changes
}

type Decide = (
  tokens: readonly TokenTimes[],
  rotation: Rotation,
  nowMs: number,
) => Result<Step, Refusal>

async function changeRotation(
  read: LiveKey,
  caller: Caller,
  deps: KeyServiceDeps,
  decide: Decide,
): Promise<Result<LiveKey, Refusal>> {
  let row = read
  for (let tries = 0; tries < CHANGE_TRIES; tries++) {
    const recorded = await recordStep(row, caller, deps, decide)
    if (!recorded.ok) return recorded
    const enforced =
      recorded.value === undefined
        ? null
        : await enforceEdit(recorded.value, DECIDES, recorded.value === row ? 0 : 1, deps)
    if (enforced !== null) return enforced
    const current = await readForRetry(row.id, caller, deps)
    if (!current.ok) return current
    row = current.value
  }
  return err({ reason: 'version_conflict' })
}

/** The row with the step in it, the one that was read if it has that already. Undefined if it changed since. */
async function recordStep(
  row: LiveKey,
  caller: Caller,
  deps: KeyServiceDeps,
  decide: Decide,
): Promise<Result<LiveKey | undefined, Refusal>> {
  const now = deps.nowMs()
  const rotation = findRotation(row.tokens, now)
  // A request whose change was recorded but answered 503 may be repeated.
  if (rotation === undefined) return isEndPending(row) ? ok(row) : err(NOT_FOUND)
  const step = decide(row.tokens, rotation, now)
  if (!step.ok) return step
  const { action, tokens, changes } = step.value
  const before = toRotationJson(row.tokens, now)
  const after = toRotationJson(tokens, now)
  if (JSON.stringify(before) === JSON.stringify(after)) return ok(row)
  const about = { keyId: row.id, changes: { rotation: [before, after] as const, ...changes } }
  return ok(
    await changeTokens(deps.db, row, tokens, caller, auditEvent(action, caller, now, about)),
  )
}

/** Whether the end of a token is recorded and does not hold yet. */
function isEndPending(row: KeyRow): boolean {
  return isPending(row) && row.tokens.some(({ endedAt }) => endedAt !== null)
}

function toRangeFault(startedAt: number): Refusal {
  const detail = `This must be from now on, and at most 30 days after the start of the rotation: until ${toTime(startedAt + MAX_OVERLAP_MS)}`
  return {
    reason: 'validation_failed',
    faults: [{ pointer: '/ends_at', code: 'time_out_of_range', detail }],
  }
}
