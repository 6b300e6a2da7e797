// Imports the keys of an account. Each row is imported whole or not at all, and repeating it imports nothing twice:
// a row whose token is known already answers the key that has it.

import { countRoom, findKnownTokens, insertImportedKeys } from '../../db/import-queries.ts'
import type { LiveKey } from '../../db/key-rows.ts'
import type { Actor } from '../audit.ts'
import { tryToNoteRows } from '../lost-keys.ts'
import type { OutboxDeps } from '../outbox.ts'
import { publishNew } from '../publish.ts'
import { makeKey, type MakeKeyDeps } from './make-key.ts'
import { type ImportedRow, NO_ROOM, type Outcome, toOutcome, toResult } from './outcome.ts'
import { type Candidate, readRows, type ReadRowsDeps } from './read-rows.ts'

export interface ImportDeps extends OutboxDeps, MakeKeyDeps, ReadRowsDeps {}

/** Keys in a batch. Its time must stay well below the limit of a call to libSQL. */
const KEYS_PER_BATCH = 250
/** A try is repeated only if another import, or a deletion, came between. */
const TRIES = 5

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
  return read.map((row, index) =>
    row.faults === undefined
      ? toResult(row, index, outcomes.get(row.candidate) ?? NO_ROOM)
      : { index, errors: row.faults },
  )
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
    const keys = await Promise.all(left.map((candidate) => makeKey(candidate, actor, now, deps)))
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
