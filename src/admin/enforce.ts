// Brings changes to the authorities of their keys (step 2 of a write, after the batch in libSQL). Once
// an authority has answered, no request that starts later is judged by an older state.

import { isStorageUnavailable } from '../db/client.ts'
import { type KeyRow, toKeyRecord } from '../db/key-rows.ts'
import { findKeys } from '../db/outbox-queries.ts'
import { isSameRecord, type KeyRecord } from '../keys/key-record.ts'
import type { Brought, Held } from '../stores/key-authority.ts'
import { type Empty, type SeedDeps, seedEmpty } from './empty-authorities.ts'
import { type Decision, type LostChangesDeps, overruleOrTakeBack } from './lost-changes.ts'
import { mapPooled } from './map-pooled.ts'

export interface EnforceDeps extends LostChangesDeps, SeedDeps {
  /** Answers what must be honoured afterwards; rejects when the authority cannot be asked. */
  readonly advance: (lookupId: string, record: KeyRecord) => Promise<Brought>
}

/** Each further one is there because the row or the authority was newer than what was brought. */
const ROUNDS = 4
/**
 * Each call has a limit of its own, a second by default, and must not spend it waiting for its turn in the
 * runtime. 1 000 keys whose authorities are 150 ms away take five seconds.
 */
const AT_ONCE = 32

/**
 * The rows that their authorities now hold, as they now are; what could not be brought is left out.
 * `decision` is what the change that brings them here has decided of them, see lost-changes.ts.
 */
export async function enforce(
  rows: readonly KeyRow[],
  decision: Decision,
  deps: EnforceDeps,
): Promise<KeyRow[]> {
  const empty: Empty[] = []
  const brought = await mapPooled(rows, AT_ONCE, (row) => bring(row, decision, empty, deps))
  if (empty.length > 0) await seedEmpty(empty, AT_ONCE, deps)
  return brought.filter((row) => row !== null)
}

/** Adds to `empty` the row of an authority that keeps nothing of it. */
async function bring(
  read: KeyRow,
  decision: Decision,
  empty: Empty[],
  deps: EnforceDeps,
): Promise<KeyRow | null> {
  let row: KeyRow | undefined = read
  try {
    for (let round = 0; round < ROUNDS && row !== undefined; round++) {
      const held = await deps.advance(row.lookupId, toKeyRecord(row))
      if (holds(held, row)) {
        if (held.word !== undefined) empty.push({ id: row.id, word: held.word })
        return row
      }
      row = await rowToBringNext(row.id, held, decision, deps)
    }
  } catch (error) {
    deps.logFault(isStorageUnavailable(error) ? 'libsql' : 'authority', error)
  }
  return null
}

/** Whether what is held is this row. Of what cannot be read, nobody knows. */
function holds(held: Held, row: KeyRow): boolean {
  return held.kind !== 'unreadable' && isSameRecord(held, toKeyRecord(row))
}

/** The authority holds something else: another writer was faster, or the database has lost changes. */
async function rowToBringNext(
  id: string,
  held: Held,
  decision: Decision,
  deps: EnforceDeps,
): Promise<KeyRow | undefined> {
  const [row] = await findKeys(deps.db, [id])
  if (row === undefined || holds(held, row)) return row
  const isBehind = held.kind === 'tombstone' ? row.kind === 'live' : held.revision >= row.revision
  if (!isBehind) return row
  const goesOn = await overruleOrTakeBack(row, held, decision, deps)
  return goesOn ? (await findKeys(deps.db, [id]))[0] : undefined
}
