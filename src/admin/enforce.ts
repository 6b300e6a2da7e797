// Brings changes to the authorities of their keys. This is step 2 of a write, after the batch in libSQL.
// Once a change has settled, no request that starts later is judged by an older state.

import { isStorageUnavailable } from '../db/client.ts'
import { type KeyRow, type Token, toKeyRecord } from '../db/key-rows.ts'
import { findKeys } from '../db/outbox-queries.ts'
import { isSameRecord } from '../keys/key-record.ts'
import { descendsFrom } from '../keys/lineage.ts'
import type { Held, KeyAuthorities } from '../stores/key-authority/key-authority.ts'
import { type Decision, type LostChangesDeps, overruleOrTakeBack } from './lost-changes.ts'
import { limitConcurrency, mapWidening } from './map-pooled.ts'

export interface EnforceDeps extends LostChangesDeps {
  /** Answers the record that holds once it has settled. Rejects if the authority cannot be asked. */
  readonly advance: KeyAuthorities['advance']
}

/** A further round is needed if the row or the authority became newer than the record that was brought. */
const ROUNDS = 4
/**
 * How many calls run at once. Each has a time limit, by default a second, and must not spend it in the
 * runtime's queue. Cloudflare lists no limit for calls of Durable Objects
 * (https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections). If there is a queue
 * nevertheless, three times as many calls take three times as long, which is less than the time limit where the
 * first ones were fast. 1 000 keys whose authorities are 150 ms away take 12 trips.
 */
const POOL = { atOnce: 32, atOnceIfFast: 96, fastMs: 300 }
/** How many rows are compared and raised at once. libSQL writes one after another, and each has a time limit. */
const RAISES_AT_ONCE = 8

export interface Enforced {
  /** The current rows that their authorities hold. The others are left out. */
  readonly rows: KeyRow[]
  /** Resolves when all leases on what the authorities held before have run out. Never rejects. */
  readonly settled: Promise<void>
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
  const each: Promise<void>[] = []
  const limit = limitConcurrency(RAISES_AT_ONCE)
  const findNext: FindNext = (id, other) =>
    limit(() => findRowToBringNext(id, other, decision, deps))
  const brought = await mapWidening(rows, POOL, deps.nowMs, (row) =>
    bringToAuthority(row, findNext, each, deps),
  )
  const settled = Promise.all(each).then(() => undefined)
  return { rows: brought.filter((row) => row !== null), settled }
}

/** See `findRowToBringNext`. */
type FindNext = (id: string, other: HeldForToken) => Promise<KeyRow | undefined>

/** Brings a row to the authorities of its tokens. Null unless all of them hold it. Adds to `settled`. */
async function bringToAuthority(
  read: KeyRow,
  findNext: FindNext,
  settled: Promise<void>[],
  deps: EnforceDeps,
): Promise<KeyRow | null> {
  let row: KeyRow | undefined = read
  try {
    for (let round = 0; round < ROUNDS && row !== undefined; round++) {
      const other = await bringTokens(row, settled, deps)
      if (other === null) return row
      row = await findNext(row.id, other)
    }
  } catch (error) {
    deps.logFault(isStorageUnavailable(error) ? 'libsql' : 'authority', error)
  }
  return null
}

/** What the authority of a token holds. */
interface HeldForToken {
  readonly lookupId: string
  readonly held: Held
}

/** Sends each token's record to its authority. Answers one that holds another record; null if there is none. */
async function bringTokens(
  row: KeyRow,
  settled: Promise<void>[],
  deps: EnforceDeps,
): Promise<HeldForToken | null> {
  const brought = await Promise.all(
    row.tokens.map(async (token) => {
      const { lookupId } = token
      const held = await deps.advance(lookupId, toKeyRecord(row, token), row.lineage)
      settled.push(held.settled)
      return isHeld(held, row, token) ? null : { lookupId, held }
    }),
  )
  return brought.find((other) => other !== null) ?? null
}

/** Whether the authority holds this token's record; false if what it holds cannot be read. */
function isHeld(held: Held, row: KeyRow, token: Token): boolean {
  return held.kind !== 'unreadable' && isSameRecord(held, toKeyRecord(row, token))
}

/**
 * The row to bring next, after the authority of a token answered another record. Another writer was faster, or
 * the database has lost changes. Undefined if the row must not be brought.
 */
async function findRowToBringNext(
  id: string,
  { lookupId, held }: HeldForToken,
  decision: Decision,
  deps: EnforceDeps,
): Promise<KeyRow | undefined> {
  const [row] = await findKeys(deps.db, [id])
  const token = row?.tokens.find((one) => one.lookupId === lookupId)
  if (row === undefined || token === undefined || isHeld(held, row, token)) return row
  // The end of a token replaces whatever its authority holds. To raise the row instead would note that the row
  // was compared with that, and the row would replace it at the key's other tokens.
  if (row.kind !== 'live' || token.endedAt !== null) return row
  const isNewer = held.revision < row.revision && descendsFrom(row.lineage, held)
  if (held.kind !== 'tombstone' && isNewer) return row
  const mayBring = await overruleOrTakeBack({ row, token, held }, decision, deps)
  return mayBring ? (await findKeys(deps.db, [id]))[0] : undefined
}
