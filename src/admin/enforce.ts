// Brings changes to the authorities of their keys. This is step 2 of a write, after the batch in libSQL.
// Once a change has settled, no request that starts later is judged by an older state.

import { isStorageUnavailable } from '../db/client.ts'
import { type KeyRow, toKeyRecord } from '../db/key-rows.ts'
import { findKeys } from '../db/outbox-queries.ts'
import { isSameRecord, type KeyRecord } from '../keys/key-record.ts'
import type { Brought, Held } from '../stores/key-authority/key-authority.ts'
import { type Empty, type SeedDeps, seedEmpty } from './empty-authorities.ts'
import { type Decision, type LostChangesDeps, overruleOrTakeBack } from './lost-changes.ts'
import { mapPooled } from './map-pooled.ts'

export interface EnforceDeps extends LostChangesDeps, SeedDeps {
  /** Answers the record that holds once it has settled. Rejects if the authority cannot be asked. */
  readonly advance: (lookupId: string, record: KeyRecord) => Promise<Brought>
}

/** A further round is needed if the row or the authority became newer than the record that was brought. */
const ROUNDS = 4
/**
 * How many calls run at once. Each has a time limit, by default a second, and must not spend it in the
 * runtime's queue. 1 000 keys whose authorities are 150 ms away take five seconds.
 */
const AT_ONCE = 32

export interface Enforced {
  /** The current rows that their authorities hold. The others are left out. */
  readonly rows: KeyRow[]
  /** Resolves when all leases on what the authorities held before have run out. Never rejects. */
  readonly settled: Promise<void>
}

/** What came up while rows were brought. */
interface Findings {
  /** The rows of authorities that keep nothing of them. */
  readonly empty: Empty[]
  readonly settled: Promise<void>[]
}

/**
 * Brings rows to their authorities. The change holds once `settled` of the answer has resolved. `decision` is
 * what the change behind these rows has decided, see lost-changes.ts.
 */
export async function enforce(
  rows: readonly KeyRow[],
  decision: Decision,
  deps: EnforceDeps,
): Promise<Enforced> {
  const findings: Findings = { empty: [], settled: [] }
  const brought = await mapPooled(rows, AT_ONCE, (row) =>
    bringToAuthority(row, decision, findings, deps),
  )
  if (findings.empty.length > 0) await seedEmpty(findings.empty, AT_ONCE, deps)
  const settled = Promise.all(findings.settled).then(() => undefined)
  return { rows: brought.filter((row) => row !== null), settled }
}

async function bringToAuthority(
  read: KeyRow,
  decision: Decision,
  { empty, settled }: Findings,
  deps: EnforceDeps,
): Promise<KeyRow | null> {
  let row: KeyRow | undefined = read
  try {
    for (let round = 0; round < ROUNDS && row !== undefined; round++) {
      const held = await deps.advance(row.lookupId, toKeyRecord(row))
      settled.push(held.settled)
      if (isHeld(held, row)) {
        if (held.word !== undefined) empty.push({ id: row.id, word: held.word })
        return row
      }
      row = await findRowToBringNext(row.id, held, decision, deps)
    }
  } catch (error) {
    deps.logFault(isStorageUnavailable(error) ? 'libsql' : 'authority', error)
  }
  return null
}

/** Whether the authority holds this row; false if its record cannot be read. */
function isHeld(held: Held, row: KeyRow): boolean {
  return held.kind !== 'unreadable' && isSameRecord(held, toKeyRecord(row))
}

/**
 * The row to bring next, after the authority answered another record. Another writer was faster, or the
 * database has lost changes. Undefined if the row must not be brought.
 */
async function findRowToBringNext(
  id: string,
  held: Held,
  decision: Decision,
  deps: EnforceDeps,
): Promise<KeyRow | undefined> {
  const [row] = await findKeys(deps.db, [id])
  if (row === undefined || isHeld(held, row)) return row
  const isBehind = held.kind === 'tombstone' ? row.kind === 'live' : held.revision >= row.revision
  if (!isBehind) return row
  const mayBring = await overruleOrTakeBack(row, held, decision, deps)
  return mayBring ? (await findKeys(deps.db, [id]))[0] : undefined
}
