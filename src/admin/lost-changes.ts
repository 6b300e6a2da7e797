// Handles rows that are older than their authority, because the database was restored from a backup. The
// gateway has reported the authority's record as enforced, so no repair may let in what that record keeps
// out. Only a new decision overrules it: the customer's about the key, the operator's about the account's
// status.

import type { Database } from '../db/client.ts'
import { heldRevisionOf, type LiveKey, type Token, toState } from '../db/key-rows.ts'
import { raiseRevision, recordLostEnd, type TakenBack, tombstoneKey } from '../db/outbox-queries.ts'
import type { LiveKeyRecord } from '../keys/key-record.ts'
import { type Opening, OPENINGS, findOpenings } from '../keys/openings.ts'
import type { LogFault } from '../log/fault.ts'
import type { FaultReason } from '../log/fault-reason.ts'
import type { Held } from '../stores/key-authority/key-authority.ts'
import { auditEvent, detailChanges } from './audit.ts'

/** What a change has decided. Null if that is no longer known. */
export type Decision = {
  /** The respects in which it decides what holds. */
  readonly respects: readonly Opening[]
  /** How many revisions of the row it has made. A change that finds what it asks for has made none. */
  readonly revisions: 0 | 1
} | null

/** The database decides in every respect. */
export const AS_DATABASE: Decision = { respects: OPENINGS, revisions: 0 }

export interface LostChangesDeps {
  readonly db: Database
  readonly nowMs: () => number
  readonly logFault: LogFault
}

/** Only for the log; `reason` says what was done. */
export class DatabaseBehindError extends Error {
  override readonly name = 'DatabaseBehindError'
  // Of the closed list, or the log would have `other`.
  readonly reason: FaultReason & ('raised' | 'taken_back' | 'buried' | 'token_ended' | 'held_back')

  constructor(reason: DatabaseBehindError['reason']) {
    super(`An authority knows changes that the database has lost: ${reason}`)
    this.reason = reason
  }
}

/** A row that is older than the authority of one of its live tokens, or does not come from what that holds. */
export interface Behind {
  readonly row: LiveKey
  readonly token: Token
  readonly held: Held
}

/**
 * Raises the row above the revision that the token's authority holds, or records the end of the key or of the
 * token that the authority holds. False if the row stays as it is, because it would let in what the authority
 * keeps out.
 */
export async function overruleOrTakeBack(
  { row, token, held }: Behind,
  decision: Decision,
  deps: LostChangesDeps,
): Promise<boolean> {
  const { db } = deps
  const log = (reason: DatabaseBehindError['reason']) =>
    deps.logFault('database_behind', new DatabaseBehindError(reason))
  if (held.kind === 'tombstone' && held.replacedAtMs !== null) {
    log('token_ended')
    await recordLostEnd(db, row, token, held.replacedAtMs, deps.nowMs())
    return true
  }
  if (held.kind === 'tombstone') {
    log('buried')
    await tombstoneKey(db, row, held, deps.nowMs())
    return true
  }
  const resolution =
    held.kind === 'unreadable'
      ? resolveUnreadable(row, held, decision)
      : resolveReadable(row, token, held, decision, deps)
  log(resolution === 'hold back' ? 'held_back' : resolution === null ? 'raised' : 'taken_back')
  if (resolution === 'hold back') return false
  await raiseRevision(db, row, resolution, held, deps.nowMs())
  return true
}

/**
 * For a record in the form of another version, which runs beside this one. At the row's revision it is
 * usually the row itself. Above it, it is a change that the database has lost, which only a new decision
 * overrules.
 */
function resolveUnreadable(
  row: LiveKey,
  { revision }: { readonly revision: number },
  decision: Decision,
): null | 'hold back' {
  const decides = decidesIn('ip_acl', decision) || decidesIn('account_status', decision)
  return revision === row.revision || decides || isInactive(row) ? null : 'hold back'
}

/** The settings that the row takes back from its authority; null if it needs none. */
function resolveReadable(
  row: LiveKey,
  token: Token,
  held: LiveKeyRecord,
  decision: Decision,
  deps: LostChangesDeps,
): TakenBack | null | 'hold back' {
  const opened = findOpenings(toState(row, token), held).filter(
    (respect) => !decidesIn(respect, decision),
  )
  if (opened.length === 0) return null
  if (OF_ACCOUNT.some((respect) => opened.includes(respect))) return 'hold back'
  // If another change of the row is still pending, it is unknown what that change decided.
  const isKnown = decision !== null && heldRevisionOf(row) >= row.revision - decision.revisions
  if (isKnown) return takeBack(row, token, held, opened, deps)
  // A suspension must not wait, and taking back could undo a pending change that was answered as recorded.
  return isInactive(row) ? null : 'hold back'
}

/** What only the operator decides. */
const OF_ACCOUNT = ['account_status', 'account_rate_limit'] as const satisfies readonly Opening[]

function decidesIn(respect: Opening, decision: Decision): boolean {
  return decision?.respects.includes(respect) === true
}

function isInactive({ accountStatus }: LiveKey): boolean {
  return accountStatus !== 'active'
}

function takeBack(
  row: LiveKey,
  token: Token,
  held: LiveKeyRecord,
  opened: readonly Opening[],
  { nowMs }: LostChangesDeps,
): TakenBack {
  const isOpened = (respect: Opening) => opened.includes(respect)
  const { details } = row
  const now = nowMs()
  const settings = {
    ipAcl: isOpened('ip_acl') ? held.ipAcl : details.ipAcl,
    ipAclMode: isOpened('ip_acl_mode') ? held.ipAclMode : details.ipAclMode,
    enabled: isOpened('enabled') ? held.enabled : details.enabled,
    expiresAt: isOpened('expires_at') ? held.expiresAtMs : details.expiresAt,
    rateLimit: isOpened('rate_limit') ? held.rateLimit : details.rateLimit,
  }
  const changes = detailChanges(details, { ...details, ...settings })
  const actor = { kind: 'gateway', accountId: row.accountId, address: null } as const
  const event = auditEvent('key.update', actor, now, { keyId: row.id, changes })
  return {
    ...settings,
    leakedAt: isOpened('leaked_at') ? now : row.leakedAt,
    lookupId: token.lookupId,
    endsAt: isOpened('ends_at') ? held.endsAtMs : token.endsAt,
    event,
  }
}
