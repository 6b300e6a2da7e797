// Keys that the database has lost, because it was restored from a backup older than they are. The authority
// of such a key still lets its token in, so a suspension must reach the authority. The key gets no
// tombstone, because a later backup may bring its row back.

import { settleStatus } from '../db/account-queries.ts'
import type { Database } from '../db/client.ts'
import type { KeyRow } from '../db/key-rows.ts'
import { findKnownLookupIds } from '../db/outbox-queries.ts'
import { type AccountStatus, type KeyRecord, UNRESTRICTED } from '../keys/key-record.ts'
import { type Lineage, newChangeId } from '../keys/lineage.ts'
import type { LogFault } from '../log/fault.ts'
import type { IssuedKeys } from '../stores/account-keys.ts'
import type { Held, KeyAuthorities } from '../stores/key-authority/key-authority.ts'
import { mapPooled } from './map-pooled.ts'

export interface LostKeysDeps {
  readonly db: Database
  readonly issuedKeys: IssuedKeys
  readonly advance: KeyAuthorities['advance']
  readonly logFault: LogFault
}

/**
 * A further round is needed if something else changed the key meanwhile, which is rare for a key without a
 * row.
 */
const ROUNDS = 4
const AT_ONCE = 32

/**
 * If an account is not active, brings its status to the authorities of its lost keys. True when all of them
 * know it; then `statusPending` is cleared. Keys with a row get the status by way of the outbox.
 */
export async function stopLostKeys(
  account: { readonly id: string; readonly status: AccountStatus },
  deps: LostKeysDeps,
): Promise<boolean> {
  try {
    if (account.status !== 'active' && !(await stopLostKeysOf(account.id, account.status, deps)))
      return false
    await settleStatus(deps.db, account.id, account.status)
    return true
  } catch (error) {
    deps.logFault('authority', error)
    return false
  }
}

async function stopLostKeysOf(
  accountId: string,
  status: AccountStatus,
  deps: LostKeysDeps,
): Promise<boolean> {
  const { issuedKeys, db } = deps
  let after = ''
  for (;;) {
    const issued = await issuedKeys.list(accountId, after)
    const last = issued.at(-1)
    if (last === undefined) return true
    const known = new Set(await findKnownLookupIds(db, issued))
    const lost = issued.filter((id) => !known.has(id))
    const settled: Promise<void>[] = []
    const waiting: LostKeysDeps = {
      ...deps,
      async advance(...change) {
        const brought = await deps.advance(...change)
        settled.push(brought.settled)
        return brought
      },
    }
    const stopped = await mapPooled(lost, AT_ONCE, (id) =>
      stopLostKey(id, accountId, status, waiting),
    )
    await Promise.all(settled)
    if (stopped.includes(false)) return false
    after = last
  }
}

async function stopLostKey(
  lookupId: string,
  accountId: string,
  status: AccountStatus,
  { advance }: LostKeysDeps,
): Promise<boolean> {
  // Revision 0 is older than any other, so an authority that holds a record answers that record. An authority
  // that holds nothing stores nothing, and takes no seed of a reader that read libSQL before this call.
  let record: KeyRecord = {
    kind: 'live',
    revision: 0,
    keyId: '',
    accountId,
    accountStatus: status,
    ipAcl: [],
    ipAclMode: 'enforce',
    ...UNRESTRICTED,
  }
  let lineage: Lineage | null = null
  for (let round = 0; round < ROUNDS; round++) {
    const held: Held = await advance(lookupId, record, lineage)
    if (held.kind === 'unreadable') return false
    if (held.kind === 'tombstone' || held.accountStatus !== 'active') return true
    const revision = held.revision + 1
    record = { ...held, revision, accountStatus: status }
    lineage = {
      changeId: newChangeId(revision),
      ancestors: held.changeId === undefined ? [] : [held.changeId],
      heldRevision: held.revision,
    }
  }
  return false
}

/** Notes the tokens of rows as keys of their accounts. Rejects if an object cannot be asked. */
export async function noteRows(
  rows: readonly KeyRow[],
  { issuedKeys }: LostKeysDeps,
): Promise<void> {
  const accounts = Map.groupBy(rows, ({ accountId }) => accountId)
  await mapPooled([...accounts], AT_ONCE, async ([accountId, theirs]) => {
    const [live, ended]: [string[], string[]] = [[], []]
    for (const row of theirs) {
      for (const { lookupId, endedAt } of row.tokens) {
        const ids = row.kind === 'live' && endedAt === null ? live : ended
        ids.push(lookupId)
      }
    }
    await issuedKeys.note(accountId, live, ended)
  })
}

/** As `noteRows`, but only logs a failure. The cron and the doctor note the rows later. */
export async function tryToNoteRows(rows: readonly KeyRow[], deps: LostKeysDeps): Promise<boolean> {
  try {
    await noteRows(rows, deps)
    return true
  } catch (error) {
    deps.logFault('authority', error)
    return false
  }
}
