// Compares KV and the authorities with libSQL, a page at a time. First comes every row with its record in
// KV and at its authority, then every name in KV with the rows. `repair` brings the rows to KV and the
// authorities, but a tombstone wins over any row. If an authority is ahead, a repair lets in nothing that
// the authority keeps out, except with `as_database`.

import {
  isPending,
  isUnpublished,
  type KeyRow,
  type Token,
  toKeyRecord,
  toState,
} from '../db/key-rows.ts'
import { countKeys, findKeys, findKnownLookupIds, listKeysAfter } from '../db/outbox-queries.ts'
import { isSameRecord, type KeyRecord } from '../keys/key-record.ts'
import { descendsFrom } from '../keys/lineage.ts'
import type { State } from '../keys/openings.ts'
import type { Held } from '../stores/key-authority/key-authority.ts'
import type { AccessState, Drift } from './answers/reconcile.ts'
import { enforce } from './enforce.ts'
import { toTime } from './json.ts'
import { toRateLimitJson } from './rate-limit.ts'
import { AS_DATABASE } from './lost-changes.ts'
import { noteRows } from './lost-keys.ts'
import { mapPooled } from './map-pooled.ts'
import type { OutboxDeps } from './outbox.ts'
import { publish } from './publish.ts'
import type { ReconcileCursor } from './requests/reconcile.ts'

export interface ReconcileDeps extends OutboxDeps {
  /** The record in KV, 'unreadable', or null if there is none. */
  readonly readRecord: (lookupId: string) => Promise<KeyRecord | 'unreadable' | null>
  /** A page of the lookup ids in KV. */
  readonly listRecords: (cursor: string | null) => Promise<{ ids: string[]; next: string | null }>
  /** What the authority holds; null if it holds nothing. */
  readonly readAuthority: (lookupId: string) => Promise<Held | null>
}

export interface ReconcilePage {
  readonly checked: number
  readonly drift: readonly Drift[]
  readonly next: ReconcileCursor | null
  /** How many rows there are; only with the first page. */
  readonly total?: number
}

/** Whether to repair differences. `as_database`: even if that lets in what an authority keeps out. */
export type Repair = boolean | 'as_database'

type Finding = Omit<Drift, 'key_id' | 'repaired'>

const ROWS_PER_PAGE = 50
/** A Worker has at most six connections open at once. A call that waits for one may reach its time limit. */
const AT_ONCE = 6
/** Until then a change may be under way, and KV may still answer the record before it. */
const IN_FLIGHT_MS = 90_000
/**
 * If this many names of a page are unknown, or most of them, the database is probably the store that is
 * wrong.
 */
const MANY_ORPHANS = 10

/** Compares one page. Rejects if a store cannot be asked. */
export async function reconcile(
  { phase, after }: ReconcileCursor,
  repair: Repair,
  deps: ReconcileDeps,
): Promise<ReconcilePage> {
  if (phase === 'kv') return await reconcileNames(after, repair, deps)
  const rows = await listKeysAfter(deps.db, after, ROWS_PER_PAGE)
  if (repair !== false)
    await noteRows(
      rows.filter(({ kind }) => kind === 'live'),
      deps,
    )
  const drift = await mapPooled(rows, AT_ONCE, (row) => reconcileRow(row, repair, deps))
  const last = rows.length < ROWS_PER_PAGE ? undefined : rows.at(-1)
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
  const recent = deps.nowMs() - row.revisedAt < IN_FLIGHT_MS
  if (isUnpublished(row) && recent) return []
  const compared = await Promise.all(
    row.tokens.map((token) => compareToken(row, token, recent, deps)),
  )
  const findings = compared.flatMap((one) => one.findings)
  if (findings.length === 0) return []
  const [now] = await findKeys(deps.db, [row.id])
  if (now?.revision !== row.revision) return [] // the row changed meanwhile, so it was compared with newer stores
  const isKnownToAuthority = compared.some(({ isHeld }) => isHeld)
  const repaired =
    repair !== false && (await repairRow(row, repair, isKnownToAuthority || isPending(row), deps))
  return findings.map((finding) => ({ key_id: row.id, ...finding, repaired }))
}

interface Comparison {
  readonly findings: readonly Finding[]
  /** Whether the token's authority holds anything. */
  readonly isHeld: boolean
}

/** `recent`: the row changed so lately that KV may still answer the record before it. */
async function compareToken(
  row: KeyRow,
  token: Token,
  recent: boolean,
  deps: ReconcileDeps,
): Promise<Comparison> {
  const [cached, held] = await Promise.all([
    deps.readRecord(token.lookupId),
    deps.readAuthority(token.lookupId),
  ])
  const mayBeLate = recent && cached !== null
  const record = toKeyRecord(row, token)
  const inKv = mayBeLate ? [] : compareKv(record, cached)
  return {
    findings: [...inKv, ...compareAuthority(row, token, record, held)],
    isHeld: held !== null,
  }
}

function compareKv(record: KeyRecord, cached: KeyRecord | 'unreadable' | null): Finding[] {
  const store = 'kv'
  if (cached === null) return [{ kind: 'missing', store }]
  if (cached === 'unreadable') return [{ kind: 'stale', store }]
  if (isSameRecord(cached, record)) return []
  return [{ kind: record.kind === 'tombstone' ? 'resurrected' : 'stale', store }]
}

/** An authority that holds nothing is no drift, because its next reader brings it the row. */
function compareAuthority(
  row: KeyRow,
  token: Token,
  record: KeyRecord,
  held: Held | null,
): Finding[] {
  const store = 'authority'
  if (held === null) return []
  const isSame = held.kind !== 'unreadable' && isSameRecord(held, record)
  if (isSame) return []
  if (held.kind === 'tombstone') return [{ kind: 'resurrected', store: 'libsql' }]
  if (row.kind === 'tombstone' || record.kind === 'tombstone')
    return [{ kind: 'resurrected', store }]
  const isBehind = held.revision < row.revision && descendsFrom(row.lineage, held)
  if (isBehind) return [{ kind: 'authority_behind', store }]
  const database = toAccessState(toState(row, token))
  const authority = held.kind === 'unreadable' ? null : toAccessState(held)
  return [{ kind: 'authority_ahead', store, database, authority }]
}

function toAccessState(state: State): AccessState {
  return {
    account_status: state.accountStatus,
    ip_acl_size: state.ipAcl.length,
    ip_acl_mode: state.ipAclMode,
    enabled: state.enabled && !state.isLeaked,
    expires_at: state.expiresAtMs === null ? null : toTime(state.expiresAtMs),
    ends_at: state.endsAtMs === null ? null : toTime(state.endsAtMs),
    rate_limit: toRateLimitJson(state.rateLimit),
    account_rate_limit: toRateLimitJson(state.accountRateLimit),
  }
}

/** Brings the row to KV, and with `authority` to its authority; true if both have it afterwards. */
async function repairRow(
  row: KeyRow,
  repair: Repair,
  authority: boolean,
  deps: ReconcileDeps,
): Promise<boolean> {
  const isKnown = !isPending(row)
  const decision =
    repair === 'as_database'
      ? AS_DATABASE
      : isKnown
        ? { respects: [], revisions: 0 as const }
        : null
  const none = { rows: [row], settled: Promise.resolve() }
  const { rows, settled } = authority ? await enforce([row], decision, deps) : none
  await settled
  return rows.length > 0 && (await publish(rows, deps)).length > 0
}

/**
 * Compares a page of names in KV with the rows. A name without a row is an orphan: the database lost the
 * key.
 */
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
  const cached = await deps.readRecord(lookupId)
  if (cached === null || (cached !== 'unreadable' && cached.kind === 'tombstone')) return []
  const keyId = cached === 'unreadable' ? null : cached.keyId
  if (repair) {
    const tombstone: KeyRecord = {
      kind: 'tombstone',
      revision: 0,
      keyId: keyId ?? '',
      replacedAtMs: null,
    }
    const { settled } = await deps.advance(lookupId, tombstone)
    await settled
    await deps.putRecord(lookupId, tombstone)
  }
  return [{ key_id: keyId, kind: 'orphan', store: 'kv', repaired: repair }]
}
