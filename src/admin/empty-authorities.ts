// Authorities that hold nothing, because nobody has used their keys. Such an authority keeps nothing of a
// change: its writer may be late, and the object may have lost its storage. libSQL is asked instead, so the
// change holds. But a database that comes back from a backup would have forgotten it. So each authority is
// told what libSQL says after it gave its word, as a reader of libSQL does.

import type { Database } from '../db/client.ts'
import { toKeyRecord } from '../db/key-rows.ts'
import { findKeys } from '../db/outbox-queries.ts'
import type { KeyRecord } from '../keys/key-record.ts'
import type { LogFault } from '../log/fault.ts'
import type { Held } from '../stores/key-authority/key-authority.ts'
import { mapPooled } from './map-pooled.ts'

export interface SeedDeps {
  readonly db: Database
  /** Brings what was read in libSQL after the authority gave `word`; rejects when it cannot be asked. */
  readonly seed: (lookupId: string, record: KeyRecord, word: string | undefined) => Promise<Held>
  readonly logFault: LogFault
}

/** A token whose authority holds nothing, and the word that the authority gave. */
export interface Empty {
  readonly keyId: string
  readonly lookupId: string
  readonly word: string
}

/**
 * A failure is only logged: the change holds without this, and the next reader of libSQL tells the
 * authority.
 */
export async function seedEmpty(
  empty: readonly Empty[],
  atOnce: number,
  { db, seed, logFault }: SeedDeps,
): Promise<void> {
  const ids = new Set(empty.map(({ keyId }) => keyId))
  const rows = await findKeys(db, [...ids]).catch((error: unknown) => {
    logFault('libsql', error)
    return []
  })
  const byId = new Map(rows.map((row) => [row.id, row]))
  await mapPooled(empty, atOnce, async ({ keyId, lookupId, word }) => {
    const row = byId.get(keyId)
    const token = row?.tokens.find((one) => one.lookupId === lookupId)
    if (row === undefined || token === undefined) return
    const seeded = seed(lookupId, toKeyRecord(row, token), word)
    await seeded.catch((error: unknown) => logFault('authority', error))
  })
}
