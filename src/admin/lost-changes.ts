// A key's authority that knows newer changes than its row: the database came back from a backup. What the
// authority holds was answered as enforced, so nothing that it keeps out is let in again by the way. Only
// what somebody decides anew overrules it: the customer the IP ACL, the operator the account's status.

import type { Database } from '../db/client.ts'
import type { KeyRow, LiveKey } from '../db/key-rows.ts'
import { tombstoneKey, raiseRevision, type TakenBack } from '../db/outbox-queries.ts'
import type { LiveKeyRecord } from '../keys/key-record.ts'
import { type Opening, OPENINGS, findOpenings } from '../keys/openings.ts'
import type { LogFault } from '../log.ts'
import type { Held } from '../stores/key-authority.ts'
import { auditEvent, detailChanges } from './audit.ts'

/** In which respects a change decides what holds; null where that is not known any more. */
export type Decision = readonly Opening[] | null

/** Everything is to be as the database has it. */
export const AS_DATABASE: Decision = OPENINGS

export interface LostChangesDeps {
  readonly db: Database
  readonly nowMs: () => number
  readonly logFault: LogFault
}

/** For the log alone: `code` says what was done. */
export class DatabaseBehindError extends Error {
  override readonly name = 'DatabaseBehindError'
  readonly code: 'raised' | 'taken_back' | 'buried' | 'held_back'

  constructor(code: DatabaseBehindError['code']) {
    super(`An authority knows changes that the database has lost: ${code}`)
    this.code = code
  }
}

/**
 * Raises the row above what its authority holds, or buries it where the key is gone. False where neither
 * may be, since it would let in what the authority keeps out.
 */
export async function overruleOrTakeBack(
  row: KeyRow,
  held: Held,
  decision: Decision,
  deps: LostChangesDeps,
): Promise<boolean> {
  const { db } = deps
  const log = (code: DatabaseBehindError['code']) =>
    deps.logFault('database_behind', new DatabaseBehindError(code))
  if (held.kind === 'tombstone' || row.kind === 'tombstone') {
    log('buried')
    if (row.kind === 'live') await tombstoneKey(db, row, held.revision, deps.nowMs())
    else await raiseRevision(db, row, held.revision, deps.nowMs(), null)
    return true
  }
  const taken =
    held.kind === 'unreadable'
      ? judgeUnreadable(row, held, decision)
      : judge(row, held, decision, deps)
  log(taken === 'hold back' ? 'held_back' : taken === null ? 'raised' : 'taken_back')
  if (taken === 'hold back') return false
  await raiseRevision(db, row, held.revision, deps.nowMs(), taken)
  return true
}

/**
 * A version that runs beside this one brought it in a form of its own: at the row's revision the row
 * itself, as a rule; above it, something that this database has lost. Who decides anew overrules that.
 */
function judgeUnreadable(
  row: LiveKey,
  { revision }: { readonly revision: number },
  decision: Decision,
): null | 'hold back' {
  const decides = decision?.includes('ip_acl') === true || decision?.includes('account_status')
  return revision === row.revision || decides === true || isShut(row) ? null : 'hold back'
}

/** What the row takes back from what is held; null where it stands as it is. */
function judge(
  row: LiveKey,
  held: LiveKeyRecord,
  decision: Decision,
  deps: LostChangesDeps,
): TakenBack | null | 'hold back' {
  const opened = findOpenings({ ...row.details, accountStatus: row.accountStatus }, held).filter(
    (respect) => decision?.includes(respect) !== true,
  )
  if (opened.length === 0) return null
  if (opened.includes('account_status')) return 'hold back'
  // Of a row with another change that does not hold yet, nobody knows what that change had decided.
  const isKnown = decision !== null && holdsTo(row) >= row.revision - 1
  if (isKnown) return takenBack(row, held, opened, deps)
  return isShut(row) ? null : 'hold back'
}

/** The newest revision of the row that is known to hold: what is noted as published does too. */
function holdsTo({ enforcedRevision, publishedRevision }: LiveKey): number {
  return Math.max(enforcedRevision, publishedRevision)
}

function isShut({ accountStatus }: LiveKey): boolean {
  return accountStatus !== 'active'
}

function takenBack(
  row: LiveKey,
  held: LiveKeyRecord,
  opened: readonly Opening[],
  { nowMs }: LostChangesDeps,
): TakenBack {
  const ipAcl = opened.includes('ip_acl') ? held.ipAcl : row.details.ipAcl
  const ipAclMode = opened.includes('ip_acl_mode') ? held.ipAclMode : row.details.ipAclMode
  const changes = detailChanges(row.details, { ...row.details, ipAcl, ipAclMode })
  const actor = { kind: 'gateway', accountId: row.accountId, address: null } as const
  const event = auditEvent('key.update', actor, nowMs(), { keyId: row.id, changes })
  return { ipAcl, ipAclMode, event }
}
