// The operations on a key. Each function decides on the row that it read, runs one guarded batch, and
// settles the row that the batch returned. After a lost race it reads the row again and decides anew.

import { deleteKey, findKey, insertKey, recordReveal, updateKey } from '../db/key-queries.ts'
import {
  currentToken,
  isPending,
  type KeyDetails,
  type KeyRow,
  type LiveKey,
  type Tombstone,
} from '../db/key-rows.ts'
import type { AuditAction } from '../db/schema.ts'
import { raiseRevision } from '../db/outbox-queries.ts'
import { hasSession } from '../db/session-queries.ts'
import { keepNotes } from '../keys/acl-notes.ts'
import type { BlockHmacKey } from '../keys/block-hmac.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { Opening } from '../keys/openings.ts'
import { NONCE_BYTES, openToken, sealToken, UnreadableTokenError } from '../keys/sealed-token.ts'
import { lastFourOf, mintToken, TOKEN_RANDOM_BYTES } from '../keys/token.ts'
import { newId } from '../shared/ids.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { refuseUnlistedNotes } from './acl-notes.ts'
import { auditEvent, type Changes, detailChanges } from './audit.ts'
import type { Caller } from './context.ts'
import { toIdempotency } from './idempotency.ts'
import type { Decision } from './lost-changes.ts'
import { tryToNoteRows } from './lost-keys.ts'
import { type OutboxDeps, publishLater, settle } from './outbox.ts'
import type { Refusal } from './refusal.ts'
import type { CreateKey, EditKey } from './schemas.ts'

export interface KeyServiceDeps extends OutboxDeps {
  readonly tokenPrefix: string
  readonly tokenKeys: KeyRing<BlockHmacKey>
  readonly encryptionKeys: KeyRing
  readonly sessionKeys: KeyRing
}

/** A try of an edit fails only if another change succeeded meanwhile. */
const EDIT_TRIES = 10
const MAX_RETRY_DELAY_MS = 40
const SESSION_ENDED: Refusal = { reason: 'unauthenticated', scheme: 'session' }

export async function createKey(
  input: CreateKey,
  idempotencyKey: string | undefined,
  caller: Caller,
  deps: KeyServiceDeps,
): Promise<Result<{ readonly key: LiveKey; readonly token: string }, Refusal>> {
  const now = deps.nowMs()
  const { accountId } = caller
  const id = newId('key', now)
  const random = crypto.getRandomValues(new Uint8Array(TOKEN_RANDOM_BYTES))
  const { token, lookupId, ringKey } = mintToken(deps.tokenPrefix, deps.tokenKeys, random)
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const owner = { keyId: id, accountId }
  const sealedToken = await sealToken(deps.encryptionKeys, token, owner, nonce)
  const details: KeyDetails = {
    applicationName: input.application_name,
    applicationWebsite: input.application_website,
    platform: input.platform,
    ipAcl: input.ip_acl,
    ipAclMode: input.ip_acl_mode,
    ipAclNotes: input.ip_acl_notes,
    enabled: true,
    expiresAt: input.expires_at,
  }
  const { sessionKeys } = deps
  // Defaults are left out of the hash. A repeated request may reach a version that does not know the members.
  const { ipAclMode, expiresAt, ipAclNotes, enabled: _enabled, ...older } = details
  const asked = {
    ...older,
    ...(ipAclMode !== 'enforce' && { ipAclMode }),
    ...(expiresAt !== null && { expiresAt }),
    ...(Object.keys(ipAclNotes).length > 0 && { ipAclNotes }),
  }
  const idempotency = await toIdempotency(idempotencyKey, asked, sessionKeys, now)
  const changes = detailChanges(undefined, details)
  const inserted = await insertKey(
    deps.db,
    {
      id,
      accountId,
      lookupId,
      tokenKey: ringKey,
      sealedToken,
      lastFour: lastFourOf(token),
      details,
      idempotency,
    },
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
  for (let tries = 0; tries < EDIT_TRIES; tries++) {
    const details = applyEdit(row.details, input)
    const unlisted = refuseUnlistedNotes(input.ip_acl_notes, details.ipAcl)
    if (unlisted !== null) return err(unlisted)
    const changes = detailChanges(row.details, details)
    // RFC 9110 §13.1.1: a request whose outcome already stands succeeds, whatever its If-Match says. So a
    // request that was recorded but answered 503 may be repeated.
    const asked = Object.keys(input).length > 0
    if (asked && Object.keys(changes).length === 0) return await enforceEdit(row, decision, deps)
    if (!mayReplace(row.version)) return err({ reason: 'version_conflict' })
    if (!asked) return await enforceEdit(row, decision, deps)

    const event = auditEvent(editAction(changes), caller, deps.nowMs(), { keyId: row.id, changes })
    const revises = changesRecord(row.details, details)
    const done = await updateKey(deps.db, row, details, revises, caller, event)
    if (done?.kind === 'live') return await enforceEdit(done, decision, deps)
    await deps.wait(Math.random() * MAX_RETRY_DELAY_MS)
    const current = await readAgain(row.id, caller, deps)
    if (!current.ok) return current
    if (current.value.kind !== 'live') return err({ reason: 'not_found' })
    if (current.value.accountStatus !== 'active') {
      return err({ reason: 'account_not_active', status: current.value.accountStatus })
    }
    row = current.value
  }
  return err({ reason: 'version_conflict' })
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

/** Opens the token of a key, and writes an audit event about it. */
export async function revealKey(
  key: LiveKey,
  caller: Caller,
  deps: KeyServiceDeps,
): Promise<Result<string, Refusal>> {
  const token = await openKeyToken(key, deps.encryptionKeys)
  const event = auditEvent('key.reveal', caller, deps.nowMs(), { keyId: key.id })
  if (await recordReveal(deps.db, key, caller, event)) return ok(token)
  const current = await readAgain(key.id, caller, deps)
  if (!current.ok) return current
  const { kind, accountStatus } = current.value
  return kind === 'live' && accountStatus !== 'active'
    ? err({ reason: 'account_not_active', status: accountStatus })
    : err({ reason: 'not_found' })
}

/** Reads the row again after a guard failed. Answers a refusal if the session has ended. */
async function readAgain(
  keyId: string,
  caller: Caller,
  deps: KeyServiceDeps,
): Promise<Result<KeyRow, Refusal>> {
  if (!(await hasSession(deps.db, caller.sessionId))) return err(SESSION_ENDED)
  const row = await findKey(deps.db, caller.accountId, keyId)
  return row === undefined ? err({ reason: 'not_found' }) : ok(row)
}

/** The token in clear. Throws if no key of the ring opens it, which is a configuration fault. */
async function openKeyToken(key: LiveKey, encryptionKeys: KeyRing): Promise<string> {
  const owner = { keyId: key.id, accountId: key.accountId }
  const sealed = currentToken(key)?.sealedToken ?? null
  const token = sealed === null ? null : await openToken(encryptionKeys, sealed, owner)
  if (token === null) throw new UnreadableTokenError(sealed ?? '')
  return token
}

/**
 * Settles an edit and answers the current key; `not_found` if the key was deleted meanwhile. An edit that
 * decides nothing that requests depend on has nothing to settle, unless an earlier change is still pending.
 */
async function enforceEdit(
  row: LiveKey,
  decision: readonly Opening[],
  deps: KeyServiceDeps,
): Promise<Result<LiveKey, Refusal>> {
  if (decision.length === 0 && !isPending(row)) return ok(row)
  const settled = await settleKey(row, decision, deps)
  if (!settled.ok) {
    // An edit of what stands already has changed no row. After a restore its authority may hold something else,
    // so the row is raised: a later change must not take back what this edit has decided.
    if (!isPending(row)) await raiseRevision(deps.db, row, null, row.revision, deps.nowMs())
    return settled
  }
  return settled.value.kind === 'live' ? ok(settled.value) : err({ reason: 'not_found' })
}

/** Settles a deletion that is recorded. */
export async function enforceRemoval(
  row: Tombstone,
  deps: OutboxDeps,
): Promise<Result<Tombstone, Refusal>> {
  const settled = await settleKey(row, [], deps)
  return settled.ok ? ok(row) : settled
}

/** Brings a row to its authority. Answers the current row, or the refusal that says that it is pending. */
async function settleKey(
  row: KeyRow,
  decision: Decision,
  deps: OutboxDeps,
): Promise<Result<KeyRow, Refusal>> {
  const [settled] = await settle([row], decision, deps)
  if (settled === undefined) return err({ reason: 'enforcement_pending' })
  deps.later(tryToNoteRows([settled], deps).then(() => undefined))
  return ok(settled)
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
] as const satisfies readonly Opening[]

/** Whether an edit changes what requests depend on, and so the record of the key. */
function changesRecord(before: KeyDetails, after: KeyDetails): boolean {
  const decisive = ({ ipAcl, ipAclMode, enabled, expiresAt }: KeyDetails) =>
    JSON.stringify([ipAcl, ipAclMode, enabled, expiresAt])
  return decisive(before) !== decisive(after)
}

function applyEdit(details: KeyDetails, input: EditKey): KeyDetails {
  const { application_name, application_website, platform, ip_acl, ip_acl_mode } = input
  const { enabled, expires_at, ip_acl_notes } = input
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
  }
}
