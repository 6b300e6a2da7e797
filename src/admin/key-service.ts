// The operations on a key. Each function decides on the row that it read, runs one guarded batch, and
// settles the row that the batch returned. After a lost race it reads the row again and decides anew.

import { deleteKey, recordReveal, updateKey } from '../db/key-change-queries.ts'
import { insertKey } from '../db/new-key-queries.ts'
import {
  currentToken,
  type KeyDetails,
  type KeyRow,
  type LiveKey,
  type Tombstone,
} from '../db/key-rows.ts'
import type { AuditAction, Changes } from '../db/schema/audit-events.ts'
import { keepNotes } from '../keys/acl-notes.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { Opening } from '../keys/openings.ts'
import { newId } from '../shared/ids.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { refuseUnlistedNotes } from './acl-notes.ts'
import { auditEvent, detailChanges } from './audit.ts'
import { forgetEndedUse } from './key-usage.ts'
import type { Caller } from './context.ts'
import { toIdempotency } from './idempotency.ts'
import {
  CHANGE_TRIES,
  enforceEdit,
  readAgain,
  readForRetry,
  SESSION_ENDED,
  settleKey,
} from './key-change.ts'
import { tryToNoteRows } from './lost-keys.ts'
import { makeToken, type MakeTokenDeps, unsealToken } from './new-token.ts'
import { type OutboxDeps, publishLater } from './outbox.ts'
import { toRateLimitJson } from './rate-limit.ts'
import type { Refusal } from './refusal.ts'
import type { CreateKey, EditKey } from './requests/key.ts'

export interface KeyServiceDeps extends OutboxDeps, MakeTokenDeps {
  readonly sessionKeys: KeyRing
}

export async function createKey(
  input: CreateKey,
  idempotencyKey: string | undefined,
  caller: Caller,
  deps: KeyServiceDeps,
): Promise<Result<{ readonly key: LiveKey; readonly token: string }, Refusal>> {
  const now = deps.nowMs()
  const { accountId } = caller
  const id = newId('key', now)
  const { token, ...sealed } = await makeToken({ keyId: id, accountId }, deps)
  const details: KeyDetails = {
    applicationName: input.application_name,
    applicationWebsite: input.application_website,
    platform: input.platform,
    ipAcl: input.ip_acl,
    ipAclMode: input.ip_acl_mode,
    ipAclNotes: input.ip_acl_notes,
    enabled: true,
    expiresAt: input.expires_at,
    rateLimit: input.rate_limit,
  }
  const { sessionKeys } = deps
  // Defaults are left out of the hash. A repeated request may reach a version that does not know the members.
  const { ipAclMode, expiresAt, rateLimit, ipAclNotes, enabled: _enabled, ...older } = details
  const asked = {
    ...older,
    ...(ipAclMode !== 'enforce' && { ipAclMode }),
    ...(expiresAt !== null && { expiresAt }),
    ...(rateLimit !== null && { rateLimit }),
    ...(Object.keys(ipAclNotes).length > 0 && { ipAclNotes }),
  }
  const idempotency = await toIdempotency(idempotencyKey, asked, sessionKeys, now)
  const changes = detailChanges(undefined, details)
  const inserted = await insertKey(
    deps.db,
    { id, accountId, ...sealed, details, idempotency },
    caller,
    auditEvent('key.create', caller, now, { keyId: id, changes }),
  )
  switch (inserted.kind) {
    case 'limit_reached':
      return err({ reason: 'key_limit_reached', limit: inserted.limit })
    case 'account_not_active':
      return err({ reason: 'account_not_active', status: inserted.status })
    case 'session_ended':
      return err(SESSION_ENDED)
    case 'repeated': {
      if (!inserted.sameBody) return err({ reason: 'idempotency_mismatch' })
      const revealed = await revealKey(inserted.row, caller, deps)
      return revealed.ok ? ok({ key: inserted.row, token: revealed.value }) : revealed
    }
    case 'inserted':
      // Noted before the answer, so that a suspension reaches the key even if the database loses it.
      await tryToNoteRows([inserted.row], deps)
      publishLater([inserted.row], deps)
      return ok({ key: inserted.row, token })
  }
}

/** Edits a key. `mayReplace` tells whether the request's If-Match lets a version be replaced. */
export async function editKey(
  read: LiveKey,
  input: EditKey,
  mayReplace: (version: number) => boolean,
  caller: Caller,
  deps: KeyServiceDeps,
): Promise<Result<LiveKey, Refusal>> {
  let row = read
  const decision = decisionOf(input)
  for (let tries = 0; tries < CHANGE_TRIES; tries++) {
    if (input.enabled === true && row.leakedAt !== null) return err({ reason: 'rotation_required' })
    const details = applyEdit(row.details, input)
    const unlisted = refuseUnlistedNotes(input.ip_acl_notes, details.ipAcl)
    if (unlisted !== null) return err(unlisted)
    const changes = detailChanges(row.details, details)
    // RFC 9110 §13.1.1: a request whose outcome already stands succeeds, whatever its If-Match says. So a
    // request that was recorded but answered 503 may be repeated.
    const stands = Object.keys(changes).length === 0
    const asked = Object.keys(input).length > 0
    if (!(asked && stands) && !mayReplace(row.version)) return err({ reason: 'version_conflict' })
    if (stands) {
      const enforced = await enforceEdit(row, decision, 0, deps)
      // Another change may have come between, such as one that took back what a restored database had lost.
      if (enforced !== null && (!enforced.ok || isDone(enforced.value, input))) return enforced
      const current = enforced ?? (await readForRetry(row.id, caller, deps))
      if (!current.ok) return current
      row = current.value
      continue
    }

    const event = auditEvent(editAction(changes), caller, deps.nowMs(), { keyId: row.id, changes })
    const revises = changesRecord(row.details, details)
    const done = await updateKey(deps.db, row, details, revises, caller, event)
    const enforced =
      done?.kind === 'live' ? await enforceEdit(done, decision, revises ? 1 : 0, deps) : null
    if (enforced !== null) return enforced
    const current = await readForRetry(row.id, caller, deps)
    if (!current.ok) return current
    row = current.value
  }
  return err({ reason: 'version_conflict' })
}

/** Whether the edit would change nothing. */
function isDone({ details }: LiveKey, input: EditKey): boolean {
  return Object.keys(detailChanges(details, applyEdit(details, input))).length === 0
}

/** A pause or its end has an action of its own, if nothing else changes. */
function editAction(changes: Changes): AuditAction {
  const { enabled, ...others } = changes
  if (!Array.isArray(enabled) || Object.keys(others).length > 0) return 'key.update'
  return enabled[1] === true ? 'key.enable' : 'key.disable'
}

/** Deletes a key, or finishes a deletion that was recorded earlier. */
export async function removeKey(
  read: KeyRow,
  caller: Caller,
  deps: KeyServiceDeps,
): Promise<Result<Tombstone, Refusal>> {
  if (read.kind === 'tombstone') return await enforceRemoval(read, deps)
  const changes = detailChanges(read.details, undefined)
  const event = auditEvent('key.delete', caller, deps.nowMs(), { keyId: read.id, changes })
  const done = await deleteKey(deps.db, read, caller, event)
  if (done?.kind === 'tombstone') return await enforceRemoval(done, deps)
  const current = await readAgain(read.id, caller, deps)
  if (!current.ok) return current
  return current.value.kind === 'tombstone'
    ? await enforceRemoval(current.value, deps)
    : err({ reason: 'version_conflict' })
}

/** Opens a token of a key, the current one by default, and writes an audit event about it. */
export async function revealKey(
  key: LiveKey,
  caller: Caller,
  deps: KeyServiceDeps,
  sealedToken = currentToken(key)?.sealedToken ?? null,
): Promise<Result<string, Refusal>> {
  if (sealedToken === null) return err({ reason: 'token_not_stored' })
  const token = await unsealToken(key, sealedToken, deps)
  const event = auditEvent('key.reveal', caller, deps.nowMs(), { keyId: key.id })
  if (await recordReveal(deps.db, key, caller, event)) return ok(token)
  const current = await readAgain(key.id, caller, deps)
  if (!current.ok) return current
  const { kind, accountStatus } = current.value
  return kind === 'live' && accountStatus !== 'active'
    ? err({ reason: 'account_not_active', status: accountStatus })
    : err({ reason: 'not_found' })
}

/** Settles a deletion that is recorded. */
export async function enforceRemoval(
  row: Tombstone,
  deps: OutboxDeps,
): Promise<Result<Tombstone, Refusal>> {
  const settled = await settleKey(row, [], deps)
  deps.later(forgetEndedUse(row.id, deps))
  return settled.ok ? ok(row) : settled
}

/** The respects in which an edit decides. A member that the request names counts even if it stays the same. */
function decisionOf(input: EditKey): readonly Opening[] {
  return DECIDING.filter((member) => input[member] !== undefined)
}

const DECIDING = [
  'ip_acl',
  'ip_acl_mode',
  'enabled',
  'expires_at',
  'rate_limit',
] as const satisfies readonly Opening[]

/** Whether an edit changes what requests depend on, and so the record of the key. */
function changesRecord(before: KeyDetails, after: KeyDetails): boolean {
  const decisive = ({ ipAcl, ipAclMode, enabled, expiresAt, rateLimit }: KeyDetails) =>
    JSON.stringify([ipAcl, ipAclMode, enabled, expiresAt, toRateLimitJson(rateLimit)])
  return decisive(before) !== decisive(after)
}

function applyEdit(details: KeyDetails, input: EditKey): KeyDetails {
  const { application_name, application_website, platform, ip_acl, ip_acl_mode } = input
  const { enabled, expires_at, rate_limit, ip_acl_notes } = input
  const ipAcl = ip_acl ?? details.ipAcl
  return {
    ...details,
    applicationName: application_name ?? details.applicationName,
    applicationWebsite:
      application_website === undefined ? details.applicationWebsite : application_website,
    platform: platform ?? details.platform,
    ipAcl,
    ipAclMode: ip_acl_mode ?? details.ipAclMode,
    ipAclNotes: keepNotes(ip_acl_notes ?? details.ipAclNotes, ipAcl),
    enabled: enabled ?? details.enabled,
    expiresAt: expires_at === undefined ? details.expiresAt : expires_at,
    rateLimit: rate_limit === undefined ? details.rateLimit : rate_limit,
  }
}
