// Brings changes to the authorities of their keys (step 2 of a write, after the batch in libSQL). Once
// an authority has answered, no request that starts later is judged by an older state.

import type { Database } from '../db/client.ts'
import { type KeyRow, toKeyRecord } from '../db/key-rows.ts'
import { buryKey, findKeys, raiseRevision } from '../db/outbox-queries.ts'
import { isSameRecord, type KeyRecord } from '../keys/key-record.ts'
import type { LogFault } from '../log.ts'

export interface EnforceDeps {
  readonly db: Database
  /** What the authority holds afterwards, null where it cannot be read; rejects when it cannot be asked. */
  readonly advance: (lookupId: string, record: KeyRecord) => Promise<KeyRecord | null>
  readonly nowMs: () => number
  readonly logFault: LogFault
}

/** Each further one is there because the row or the authority was newer than what was brought. */
const ROUNDS = 4

/** The rows that their authorities now hold, as they now are; what could not be brought is left out. */
export async function enforce(rows: readonly KeyRow[], deps: EnforceDeps): Promise<KeyRow[]> {
  const brought = await Promise.all(rows.map((row) => bring(row, deps)))
  return brought.filter((row) => row !== null)
}

async function bring(read: KeyRow, deps: EnforceDeps): Promise<KeyRow | null> {
  let row = read
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const held = await deps.advance(row.lookupId, toKeyRecord(row))
      if (held !== null && isSameRecord(held, toKeyRecord(row))) return row
      const now = await reconciled(row, held, deps)
      if (now === undefined) return null
      row = now
    }
  } catch (error) {
    deps.logFault('authority', error)
  }
  return null
}

/**
 * The row to bring next, where the authority holds something else. Another writer may have been faster;
 * a row that is not above what the authority holds has lost changes, as after a restore from a backup.
 */
async function reconciled(
  row: KeyRow,
  held: KeyRecord | null,
  deps: EnforceDeps,
): Promise<KeyRow | undefined> {
  const [now] = await findKeys(deps.db, [row.id])
  if (now === undefined || held === null) return now
  const lost = held.revision >= now.revision && !isSameRecord(held, toKeyRecord(now))
  if (held.kind === 'gone' && now.kind === 'live') {
    await buryKey(deps.db, now, held.revision, deps.nowMs())
  } else if (lost) {
    await raiseRevision(deps.db, now, held.revision, deps.nowMs())
  } else {
    return now
  }
  return (await findKeys(deps.db, [row.id]))[0]
}
