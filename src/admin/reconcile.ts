// Compares the copies of the keys with libSQL, a page at a time: first every row with its record in KV
// and with its authority, then every name in KV with the rows. `repair` brings what the rows say to the
// copies; *gone* wins over any row. Of an authority that is ahead, it lets nobody in whom that keeps out,
// unless everything is to be as the database has it.

import { isPending, isUnpublished, type KeyRow, toKeyRecord } from '../db/key-rows.ts'
import { countKeys, findKeys, findKnownLookupIds, listKeysAfter } from '../db/outbox-queries.ts'
import { isSameRecord, type KeyRecord, type LiveKeyRecord } from '../keys/key-record.ts'
import type { Held } from '../stores/key-authority.ts'
import type { AccessState, Drift } from './answers.ts'
import { enforce } from './enforce.ts'
import { AS_DATABASE } from './lost-changes.ts'
import { noteRows } from './lost-keys.ts'
import { mapPooled } from './map-pooled.ts'
import type { OutboxDeps } from './outbox.ts'
import { publish } from './publish.ts'
import type { ReconcileCursor } from './schemas.ts'

export interface ReconcileDeps extends OutboxDeps {
  /** The record in KV, 'unreadable', or null where there is none. */
  readonly readRecord: (lookupId: string) => Promise<KeyRecord | 'unreadable' | null>
  /** A page of the lookup ids in KV. */
  readonly listRecords: (cursor: string | null) => Promise<{ ids: string[]; next: string | null }>
  /** What the authority holds; null where it holds nothing. */
  readonly readAuthority: (lookupId: string) => Promise<Held | null>
}

export interface ReconcilePage {
  readonly checked: number
  readonly drift: readonly Drift[]
  readonly next: ReconcileCursor | null
  /** How many rows there are; with the first page alone. */
  readonly total?: number
}

/** Whether to mend what differs; `as_database`: even where that lets in what an authority keeps out. */
export type Repair = boolean | 'as_database'

type Finding = Omit<Drift, 'key_id' | 'repaired'>

const ROWS_A_PAGE = 50
/** A Worker has at most six connections open at once; what waits for its turn runs into its limit. */
const AT_ONCE = 6
/** A change is on its way for as long as the cron may need, and KV may show what was there before. */
const ON_ITS_WAY_MS = 90_000
/** With so many names of a page unknown, or most of them, it is rather the database that is wrong. */
const MANY_ORPHANS = 10

/** Rejects where a store cannot be asked: nothing is known then. */
export async function reconcile(
  { phase, after }: ReconcileCursor,
  repair: Repair,
  deps: ReconcileDeps,
): Promise<ReconcilePage> {
  if (phase === 'kv') return await reconcileNames(after, repair, deps)
  const rows = await listKeysAfter(deps.db, after, ROWS_A_PAGE)
  if (repair !== false)
    await noteRows(
      rows.filter(({ kind }) => kind === 'live'),
      deps,
    )
  const drift = await mapPooled(rows, AT_ONCE, (row) => reconcileRow(row, repair, deps))
  const last = rows.length < ROWS_A_PAGE ? undefined : rows.at(-1)
  return {
    checked: rows.length,
    drift: drift.flat(),
    next: last === undefined ? { phase: 'kv', after: null } : { phase: 'rows', after: last.id },
    ...(after === null && { total: await countKeys(deps.db) }),
  }
}

async function reconcileRow(
  row: KeyRow,
  repair: Repair,
  deps: ReconcileDeps,
): Promise<readonly Drift[]> {
  const recent = deps.nowMs() - row.revisedAt < ON_ITS_WAY_MS
  if (isUnpublished(row) && recent) return []
  const [copy, held] = await Promise.all([
    deps.readRecord(row.lookupId),
    deps.readAuthority(row.lookupId),
  ])
  const late = recent && copy !== null
  const findings = [...(late ? [] : judgeCopy(row, copy)), ...judgeAuthority(row, held)]
  if (findings.length === 0) return []
  const [now] = await findKeys(deps.db, [row.id])
  if (now?.revision !== row.revision) return [] // it changed meanwhile, and was compared with its past
  const repaired =
    repair !== false && (await mend(row, repair, held !== null || isPending(row), deps))
  return findings.map((finding) => ({ key_id: row.id, ...finding, repaired }))
}

function judgeCopy(row: KeyRow, copy: KeyRecord | 'unreadable' | null): Finding[] {
  const store = 'kv'
  if (copy === null) return [{ kind: 'missing', store }]
  if (copy === 'unreadable') return [{ kind: 'stale', store }]
  if (isSameRecord(copy, toKeyRecord(row))) return []
  return [{ kind: row.kind === 'tombstone' ? 'resurrected' : 'stale', store }]
}

/** An authority that holds nothing is told by its next reader. */
function judgeAuthority(row: KeyRow, held: Held | null): Finding[] {
  const store = 'authority'
  if (held === null) return []
  const isSame = held.kind !== 'unreadable' && isSameRecord(held, toKeyRecord(row))
  if (isSame) return []
  if (held.kind === 'tombstone') return [{ kind: 'resurrected', store: 'libsql' }]
  if (row.kind === 'tombstone') return [{ kind: 'resurrected', store }]
  if (held.revision < row.revision) return [{ kind: 'authority_behind', store }]
  const database = toState({ ...row.details, accountStatus: row.accountStatus })
  const authority = held.kind === 'unreadable' ? null : toState(held)
  return [{ kind: 'authority_ahead', store, database, authority }]
}

function toState(state: Pick<LiveKeyRecord, 'accountStatus' | 'ipAcl' | 'ipAclMode'>): AccessState {
  const { accountStatus, ipAcl, ipAclMode } = state
  return { account_status: accountStatus, ip_acl_size: ipAcl.length, ip_acl_mode: ipAclMode }
}

/** Whether the copies are as the row is, afterwards. An authority that was never asked is left so. */
async function mend(
  row: KeyRow,
  repair: Repair,
  authority: boolean,
  deps: ReconcileDeps,
): Promise<boolean> {
  const decision = repair === 'as_database' ? AS_DATABASE : isPending(row) ? null : []
  const rows = authority ? await enforce([row], decision, deps) : [row]
  return rows.length > 0 && (await publish(rows, deps)).length > 0
}

/** A name in KV without a row: the database has lost the key, and the gateway must not know it. */
async function reconcileNames(
  after: string | null,
  repair: Repair,
  deps: ReconcileDeps,
): Promise<ReconcilePage> {
  const { ids, next } = await deps.listRecords(after)
  const known = new Set(await findKnownLookupIds(deps.db, ids))
  const orphans = ids.filter((id) => !known.has(id))
  const few = orphans.length < MANY_ORPHANS && known.size >= orphans.length
  const drift = await mapPooled(orphans, AT_ONCE, (id) =>
    reconcileOrphan(id, repair !== false && few, deps),
  )
  return {
    checked: ids.length,
    drift: drift.flat(),
    next: next === null ? null : { phase: 'kv', after: next },
  }
}

async function reconcileOrphan(
  lookupId: string,
  repair: boolean,
  deps: ReconcileDeps,
): Promise<readonly Drift[]> {
  const copy = await deps.readRecord(lookupId)
  if (copy === null || (copy !== 'unreadable' && copy.kind === 'tombstone')) return []
  const keyId = copy === 'unreadable' ? null : copy.keyId
  if (repair) {
    const gone: KeyRecord = { kind: 'tombstone', revision: 0, keyId: keyId ?? '' }
    await deps.advance(lookupId, gone)
    await deps.putRecord(lookupId, gone)
  }
  return [{ key_id: keyId, kind: 'orphan', store: 'kv', repaired: repair }]
}
