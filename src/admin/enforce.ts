// Brings changes to the authorities of their keys (step 2 of a write, after the batch in libSQL). Once
// an authority has answered, no request that starts later is judged by an older state.

import { type Database, isStorageUnavailable } from '../db/client.ts'
import { type KeyRow, toKeyRecord } from '../db/key-rows.ts'
import { buryKey, findKeys, raiseRevision } from '../db/outbox-queries.ts'
import { isSameRecord, type KeyRecord } from '../keys/key-record.ts'
import type { LogFault } from '../log.ts'
import type { Held } from '../stores/key-authority.ts'
import { mapPooled } from './map-pooled.ts'

export interface EnforceDeps {
  readonly db: Database
  /** Answers what the authority holds afterwards; rejects when it cannot be asked. */
  readonly advance: (lookupId: string, record: KeyRecord) => Promise<Held>
  readonly nowMs: () => number
  readonly logFault: LogFault
}

/** Each further one is there because the row or the authority was newer than what was brought. */
const ROUNDS = 4
/**
 * Each call has a limit of its own, a second by default, and must not spend it waiting for its turn in the
 * runtime. 1 000 keys whose authorities are 150 ms away take five seconds.
 */
const AT_ONCE = 32

/** The rows that their authorities now hold, as they now are; what could not be brought is left out. */
export async function enforce(rows: readonly KeyRow[], deps: EnforceDeps): Promise<KeyRow[]> {
  const brought = await mapPooled(rows, AT_ONCE, (row) => bring(row, deps))
  return brought.filter((row) => row !== null)
}

async function bring(read: KeyRow, deps: EnforceDeps): Promise<KeyRow | null> {
  let row: KeyRow | undefined = read
  try {
    for (let round = 0; round < ROUNDS && row !== undefined; round++) {
      const held = await deps.advance(row.lookupId, toKeyRecord(row))
      if (holds(held, row)) return row
      row = await reconciled(row.id, held, deps)
    }
  } catch (error) {
    deps.logFault(isStorageUnavailable(error) ? 'libsql' : 'authority', error)
  }
  return null
}

/** Whether what is held is this row; a version that runs beside this one may have brought it in its own form. */
function holds(held: Held, row: KeyRow): boolean {
  if (held.kind === 'unreadable') return held.revision === row.revision
  return isSameRecord(held, toKeyRecord(row))
}

/**
 * The row to bring next, where the authority holds something else. Another writer may have been faster;
 * a row that is not above what the authority holds has lost changes, as after a restore from a backup.
 */
async function reconciled(id: string, held: Held, deps: EnforceDeps): Promise<KeyRow | undefined> {
  const [row] = await findKeys(deps.db, [id])
  if (row === undefined || holds(held, row)) return row
  if (held.kind === 'gone' && row.kind === 'live') {
    await buryKey(deps.db, row, held.revision, deps.nowMs())
  } else if (held.revision >= row.revision) {
    await raiseRevision(deps.db, row, held.revision, deps.nowMs())
  } else {
    return row
  }
  return (await findKeys(deps.db, [id]))[0]
}
