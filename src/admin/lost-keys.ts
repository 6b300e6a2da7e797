// Keys that this database does not know, since it came back from a backup from before they were made.
// Whoever has such a token is let in by the key's authority, so a suspension must reach it there. The
// key is not tombstoned: the right backup, should it come, finds it alive.

import { settleStatus } from '../db/account-queries.ts'
import type { Database } from '../db/client.ts'
import type { KeyRow } from '../db/key-rows.ts'
import { findKnownLookupIds } from '../db/outbox-queries.ts'
import type { AccountStatus, KeyRecord } from '../keys/key-record.ts'
import type { LogFault } from '../log.ts'
import type { IssuedKeys } from '../stores/account-keys.ts'
import type { Brought } from '../stores/key-authority.ts'
import { mapPooled } from './map-pooled.ts'

export interface LostKeysDeps {
  readonly db: Database
  readonly issuedKeys: IssuedKeys
  readonly advance: (lookupId: string, record: KeyRecord) => Promise<Brought>
  readonly logFault: LogFault
}

/** Another change of a key without a row is a suspension again, or the right backup. */
const ROUNDS = 4
const AT_ONCE = 32

/**
 * Stops the keys of an account that is not active and that the database does not know; those that came
 * back with a backup are told as all others. True when each authority has heard of it. A database that
 * notes that it is still to be done says so no more.
 */
export async function stopLostKeys(
  account: { readonly id: string; readonly status: AccountStatus },
  deps: LostKeysDeps,
): Promise<boolean> {
  try {
    if (account.status !== 'active' && !(await stopAll(account.id, account.status, deps)))
      return false
    await settleStatus(deps.db, account.id, account.status)
    return true
  } catch (error) {
    deps.logFault('authority', error)
    return false
  }
}

async function stopAll(
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
    const stopped = await mapPooled(lost, AT_ONCE, (id) => stop(id, accountId, status, deps))
    if (stopped.includes(false)) return false
    after = last
  }
}

async function stop(
  lookupId: string,
  accountId: string,
  status: AccountStatus,
  { advance }: LostKeysDeps,
): Promise<boolean> {
  // Older than any other: an authority that holds a record answers it. One that holds nothing keeps
  // nothing, and lets no reader bring what it has read before this.
  let record: KeyRecord = {
    kind: 'live',
    revision: 0,
    keyId: '',
    accountId,
    accountStatus: status,
    ipAcl: [],
    ipAclMode: 'enforce',
  }
  for (let round = 0; round < ROUNDS; round++) {
    const held = await advance(lookupId, record)
    if (held.kind === 'unreadable') return false
    if (held.kind === 'tombstone' || held.accountStatus !== 'active') return true
    record = { ...held, revision: held.revision + 1, accountStatus: status }
  }
  return false
}

/** Notes rows as keys of their accounts. Rejects where an object cannot be asked. */
export async function noteRows(
  rows: readonly KeyRow[],
  { issuedKeys }: LostKeysDeps,
): Promise<void> {
  const accounts = Map.groupBy(rows, ({ accountId }) => accountId)
  await mapPooled([...accounts], AT_ONCE, async ([accountId, theirs]) => {
    const idsOf = (kind: KeyRow['kind']) =>
      theirs.filter((row) => row.kind === kind).map(({ lookupId }) => lookupId)
    await issuedKeys.note(accountId, idsOf('live'), idsOf('tombstone'))
  })
}

/** As `noteRows`; a failure is logged alone, since the cron and the doctor make good for it. */
export async function tryToNoteRows(rows: readonly KeyRow[], deps: LostKeysDeps): Promise<boolean> {
  try {
    await noteRows(rows, deps)
    return true
  } catch (error) {
    deps.logFault('authority', error)
    return false
  }
}
