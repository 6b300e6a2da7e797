// Imports the keys of an account. Each row is imported whole or not at all, and repeating it imports nothing twice:
// a row whose token is known already answers the key that has it.

import {
  type KnownToken,
  countRoom,
  findKnownTokens,
  type ImportedKey,
  insertImportedKeys,
} from '../../db/import-queries.ts'
import type { LiveKey } from '../../db/key-rows.ts'
import { NONCE_BYTES, sealToken } from '../../keys/sealed-token.ts'
import { lastFourOf } from '../../keys/token.ts'
import { newId } from '../../shared/ids.ts'
import type { Fault } from '../answers.ts'
import { type Actor, auditEvent, detailChanges } from '../audit.ts'
import { toTime } from '../json.ts'
import { tryToNoteRows } from '../lost-keys.ts'
import type { MakeTokenDeps } from '../new-token.ts'
import type { OutboxDeps } from '../outbox.ts'
import { publishNew } from '../publish.ts'
import type { RowWarning } from './imported-acl.ts'
import { type Candidate, readRows, type ReadRowsDeps } from './read-rows.ts'

export interface ImportDeps extends OutboxDeps, MakeTokenDeps, ReadRowsDeps {}

export type ImportedRow =
  | {
      readonly index: number
      readonly key_id: string | null
      readonly warnings: readonly RowWarning[]
    }
  | { readonly index: number; readonly errors: readonly Fault[] }

/** What became of a key of the list. */
type Outcome =
  | { readonly keyId: string | null; readonly known?: KnownToken }
  | { readonly refused: Omit<Fault, 'pointer'>; readonly isOfToken: boolean }

/** Keys in a batch. Its time must stay well below the limit of a call to libSQL. */
const KEYS_PER_BATCH = 250
/** A try is repeated only if another import, or a deletion, came between. */
const TRIES = 5

const REVOKED: Outcome = {
  refused: {
    code: 'token_revoked',
    detail: 'The key with this token was deleted, or has another token now. It stays refused',
  },
  isOfToken: true,
}
const TAKEN: Outcome = {
  refused: { code: 'token_taken', detail: 'A key of another account has this token' },
  isOfToken: true,
}
const NO_ROOM: Outcome = {
  refused: {
    code: 'key_limit_reached',
    detail: 'The account has as many keys as its key_limit allows. Raise it, and import again',
  },
  isOfToken: false,
}

/** Rejects if libSQL fails. What was imported until then stays, and a repetition goes on behind it. */
export async function importKeys(
  rows: readonly unknown[],
  isDryRun: boolean,
  actor: Actor,
  deps: ImportDeps,
): Promise<ImportedRow[]> {
  const read = readRows(rows, deps)
  const candidates = [...new Set(read.flatMap((row) => (row.faults ? [] : [row.candidate])))]
  const outcomes = new Map<Candidate, Outcome>()
  const made: LiveKey[] = []
  let used = 0
  for (let i = 0; i < candidates.length; i += KEYS_PER_BATCH) {
    const part = candidates.slice(i, i + KEYS_PER_BATCH)
    if (isDryRun) used = await foresee(part, used, outcomes, actor.accountId, deps)
    else made.push(...(await importPart(part, outcomes, actor, deps)))
  }
  // Noted before the answer, so that a suspension reaches the keys even if the database loses them. Awaited, so that
  // an import does not get ahead of KV by many keys.
  if (made.length > 0 && (await tryToNoteRows(made, deps))) await publishNew(made, deps)
  return read.map((row, index) => {
    if (row.faults !== undefined) return { index, errors: row.faults }
    const outcome = outcomes.get(row.candidate) ?? NO_ROOM
    if ('refused' in outcome) {
      const pointer = outcome.isOfToken ? row.pointer : ''
      return { index, errors: [{ pointer, ...outcome.refused }] }
    }
    const { keyId, known } = outcome
    return {
      index,
      key_id: keyId,
      warnings: [...row.warnings, ...keptWarnings(row.candidate, known)],
    }
  })
}

/** Imports a part. Answers the keys that were made. */
async function importPart(
  part: readonly Candidate[],
  outcomes: Map<Candidate, Outcome>,
  actor: Actor,
  deps: ImportDeps,
): Promise<LiveKey[]> {
  const made: LiveKey[] = []
  let left = part
  for (let tries = 0; tries < TRIES && left.length > 0; tries++) {
    left = await leaveKnown(left, outcomes, actor.accountId, deps)
    if (left.length === 0) break
    const now = deps.nowMs()
    const keys = await Promise.all(left.map((candidate) => toKey(candidate, actor, now, deps)))
    const { rows, room } = await insertImportedKeys(deps.db, actor.accountId, keys, now)
    made.push(...rows)
    const ids = new Set(rows.map(({ id }) => id))
    for (const [index, candidate] of left.entries()) {
      const { id = '' } = keys[index] ?? {}
      if (ids.has(id)) outcomes.set(candidate, { keyId: id })
    }
    left = left.filter((candidate) => !outcomes.has(candidate))
    if (room === 0) {
      // Some of these may be known by now, and their keys answer for them.
      for (const candidate of await leaveKnown(left, outcomes, actor.accountId, deps)) {
        outcomes.set(candidate, NO_ROOM)
      }
      break
    }
  }
  return made
}

/** Says what would become of a part. Answers how many keys there would be more. */
async function foresee(
  part: readonly Candidate[],
  used: number,
  outcomes: Map<Candidate, Outcome>,
  accountId: string,
  deps: ImportDeps,
): Promise<number> {
  const fresh = await leaveKnown(part, outcomes, accountId, deps)
  const room = Math.max(0, (await countRoom(deps.db, accountId)) - used)
  for (const [index, candidate] of fresh.entries()) {
    outcomes.set(candidate, index < room ? { keyId: null } : NO_ROOM)
  }
  for (const candidate of part) {
    const outcome = outcomes.get(candidate)
    if (outcome !== undefined && 'keyId' in outcome)
      outcomes.set(candidate, { ...outcome, keyId: null })
  }
  return used + Math.min(fresh.length, room)
}

/** Sets the outcome of tokens that are known already. Answers the others. */
async function leaveKnown(
  candidates: readonly Candidate[],
  outcomes: Map<Candidate, Outcome>,
  accountId: string,
  { db }: ImportDeps,
): Promise<Candidate[]> {
  if (candidates.length === 0) return []
  const found = await findKnownTokens(
    db,
    candidates.flatMap(({ lookupIds }) => lookupIds),
  )
  const byLookupId = new Map(found.map((known) => [known.lookupId, known]))
  return candidates.filter((candidate) => {
    const known = candidate.lookupIds
      .map((id) => byLookupId.get(id))
      .find((one) => one !== undefined)
    if (known === undefined) return true
    outcomes.set(candidate, toOutcome(known, accountId))
    return false
  })
}

function toOutcome(known: KnownToken, accountId: string): Outcome {
  if (known.deletedAt !== null || known.endedAt !== null) return REVOKED
  return known.accountId === accountId ? { keyId: known.keyId, known } : TAKEN
}

async function toKey(
  { token, lookupIds, details, createdAt }: Candidate,
  actor: Actor,
  now: number,
  deps: ImportDeps,
): Promise<ImportedKey> {
  const made = Math.min(createdAt ?? now, now)
  // Ids sort by age, so that a list is newest first.
  const id = newId('key', made)
  const owner = { keyId: id, accountId: actor.accountId }
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const sealedToken =
    token === null ? null : await sealToken(deps.encryptionKeys, token, owner, nonce)
  const changes = {
    ...detailChanges(undefined, details),
    ...(createdAt !== null && { created_at: [null, toTime(made)] as const }),
  }
  return {
    id,
    lookupIds,
    tokenKey: deps.tokenKeys.newest,
    sealedToken,
    lastFour: token === null ? null : lastFourOf(token),
    details,
    createdAt: made,
    event: auditEvent('key.import', actor, now, { keyId: id, changes }),
  }
}

const COMPARED = [
  'applicationName',
  'applicationWebsite',
  'platform',
  'ipAcl',
  'enabled',
  'expiresAt',
  'rateLimit',
] as const

/** Says so if a key that was there already is not as the row has it. */
function keptWarnings({ details }: Candidate, known: KnownToken | undefined): RowWarning[] {
  if (known === undefined) return []
  if (COMPARED.every((name) => JSON.stringify(known[name]) === JSON.stringify(details[name])))
    return []
  const detail = `The key ${known.keyId} has this token already, and stays as it is`
  return [{ pointer: '', code: 'not_changed', detail }]
}
