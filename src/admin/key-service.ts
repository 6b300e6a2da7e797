// What can be done to a key: each function decides on the row it read, makes one guarded batch, and
// publishes what the batch returned. A lost race is read again and decided anew.

import { deleteKey, findKey, insertKey, updateKey } from '../db/key-queries.ts'
import {
  isPending,
  type KeyDetails,
  type KeyRow,
  type LiveKey,
  type Tombstone,
} from '../db/key-rows.ts'
import { newId } from '../ids.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { NONCE_BYTES, openToken, sealToken } from '../keys/sealed-token.ts'
import { mintToken, TOKEN_RANDOM_BYTES } from '../keys/token.ts'
import { err, ok, type Result } from '../result.ts'
import { type Actor, auditEvent, detailChanges } from './audit.ts'
import { toIdempotency } from './idempotency.ts'
import { publish, type PublishDeps } from './publish.ts'
import type { Refusal } from './refusal.ts'
import type { CreateKey, EditKey } from './schemas.ts'

export interface KeyServiceDeps extends PublishDeps {
  readonly tokenPrefix: string
  readonly tokenKeys: KeyRing
  readonly encryptionKeys: KeyRing
  readonly sessionKeys: KeyRing
}

const MAX_KEYS = 100
/** Each try loses only to a change that succeeded, so a few are plenty. */
const TRIES = 5

export async function createKey(
  input: CreateKey,
  idempotencyKey: string | undefined,
  actor: Actor,
  deps: KeyServiceDeps,
): Promise<Result<{ readonly key: LiveKey; readonly token: string }, Refusal>> {
  const now = deps.nowMs()
  const { accountId } = actor
  const id = newId('key', now)
  const random = crypto.getRandomValues(new Uint8Array(TOKEN_RANDOM_BYTES))
  const { token, lookupId, ringKey } = await mintToken(deps.tokenPrefix, deps.tokenKeys, random)
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const owner = { keyId: id, accountId }
  const sealedToken = await sealToken(deps.encryptionKeys, token, owner, nonce)
  const details: KeyDetails = {
    applicationName: input.application_name,
    applicationWebsite: input.application_website,
    platform: input.platform,
    ipAcl: input.ip_acl,
  }
  const { sessionKeys } = deps
  const idempotency = await toIdempotency(idempotencyKey, details, sessionKeys, now)
  const changes = detailChanges(undefined, details)
  const inserted = await insertKey(
    deps.db,
    { id, accountId, lookupId, tokenKey: ringKey, sealedToken, details, idempotency },
    MAX_KEYS,
    auditEvent('key.create', actor, now, { keyId: id, changes }),
  )
  switch (inserted.kind) {
    case 'limit_reached':
      return err({ reason: 'key_limit_reached', limit: MAX_KEYS })
    case 'account_not_active':
      return err({ reason: 'account_not_active', status: inserted.status })
    case 'repeated': {
      if (!inserted.sameBody) return err({ reason: 'idempotency_mismatch' })
      return ok({ key: inserted.row, token: await revealToken(inserted.row, deps.encryptionKeys) })
    }
    case 'inserted':
      // Not in KV yet is no obstacle to a new key: on a miss the gateway reads libSQL.
      return ok({ key: await published(inserted.row, deps), token })
  }
}

/** Edits a key. `mayReplace` judges the request's precondition by the version to be replaced. */
export async function editKey(
  read: KeyRow,
  input: EditKey,
  mayReplace: (version: number) => boolean,
  actor: Actor,
  deps: KeyServiceDeps,
): Promise<Result<LiveKey, Refusal>> {
  let row: KeyRow | undefined = read
  for (let tries = 0; tries < TRIES; tries++) {
    if (row?.kind !== 'live') return err({ reason: 'not_found' })
    const details = edited(row.details, input)
    const changes = detailChanges(row.details, details)
    // RFC 9110 §13.1.1: a request whose outcome already stands succeeds, whatever its If-Match says;
    // so one that was recorded but answered 503 may be repeated.
    if (Object.keys(changes).length === 0) return await enforced(row, deps)
    if (!mayReplace(row.version)) return err({ reason: 'version_conflict' })

    const event = auditEvent('key.update', actor, deps.nowMs(), { keyId: row.id, changes })
    const done: KeyRow | undefined = await updateKey(deps.db, row, details, event)
    if (done?.kind === 'live') return await enforced(done, deps)
    row = await findKey(deps.db, actor.accountId, row.id)
  }
  return err({ reason: 'storage_unavailable' })
}

/** Deletes a key, or finishes a deletion that was recorded before. */
export async function removeKey(
  read: KeyRow,
  actor: Actor,
  deps: KeyServiceDeps,
): Promise<Result<Tombstone, Refusal>> {
  let row: KeyRow | undefined = read
  for (let tries = 0; tries < TRIES; tries++) {
    if (row === undefined) return err({ reason: 'not_found' })
    if (row.kind === 'tombstone') return await enforced(row, deps)
    const changes = detailChanges(row.details, undefined)
    const event = auditEvent('key.delete', actor, deps.nowMs(), { keyId: row.id, changes })
    const done: KeyRow | undefined = await deleteKey(deps.db, row, event)
    if (done?.kind === 'tombstone') return await enforced(done, deps)
    row = await findKey(deps.db, actor.accountId, row.id)
  }
  return err({ reason: 'storage_unavailable' })
}

/** The token in clear. Throws where no key of the ring opens it, which is a fault of operation. */
export async function revealToken(key: LiveKey, encryptionKeys: KeyRing): Promise<string> {
  const owner = { keyId: key.id, accountId: key.accountId }
  const token = await openToken(encryptionKeys, key.sealedToken, owner)
  if (token === null)
    throw new Error('Cannot open a sealed token: its key is not in ENCRYPTION_KEYS')
  return token
}

/** Success only when it is true: the row as published, or the refusal that says it is pending. */
async function enforced<Row extends KeyRow>(
  row: Row,
  deps: KeyServiceDeps,
): Promise<Result<Row, Refusal>> {
  const settled = await published(row, deps)
  return isPending(settled) ? err({ reason: 'enforcement_pending' }) : ok(settled)
}

async function published<Row extends KeyRow>(row: Row, deps: KeyServiceDeps): Promise<Row> {
  if (!isPending(row) || !(await publish(row, deps))) return row
  return { ...row, publishedRevision: row.revision }
}

function edited(details: KeyDetails, input: EditKey): KeyDetails {
  const { application_name, application_website, platform, ip_acl } = input
  return {
    applicationName: application_name ?? details.applicationName,
    applicationWebsite:
      application_website === undefined ? details.applicationWebsite : application_website,
    platform: platform ?? details.platform,
    ipAcl: ip_acl ?? details.ipAcl,
  }
}
