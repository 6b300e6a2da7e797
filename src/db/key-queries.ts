// API keys in libSQL. Each change is one batch, guarded by the revision that it was decided on, so
// that one which arrives late changes nothing. What a batch returns is what may be published.

import { and, desc, eq, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core'
import type { AccountStatus, KeyRecord } from '../keys/key-record.ts'
import { type AuditEvent, insertEventWhere } from './audit-queries.ts'
import { onPage, pageBytes } from './bounded-page.ts'
import type { Database } from './client.ts'
import {
  KEY_COLUMNS,
  type KeyDetails,
  type KeyRow,
  type LiveKey,
  selectKeys,
  toKeyRecord,
  toKeyRow,
} from './key-rows.ts'
import { accounts, apiKeys, sessions } from './schema.ts'

export interface NewKey {
  readonly id: string
  readonly accountId: string
  readonly lookupId: string
  readonly tokenKey: string
  readonly sealedToken: string
  readonly details: KeyDetails
  readonly idempotency: Idempotency | undefined
}

/** Who may make a change, judged again in its batch: a body may take long to arrive. */
export interface Authority {
  /** The session must still stand: a log-out or a new password ends it. */
  readonly sessionId: string
}

/** A request that may be repeated: keyed hashes of its Idempotency-Key and of its body, the newest first. */
export interface Idempotency {
  readonly keys: readonly string[]
  readonly bodies: readonly string[]
  /** Requests made before this time, in milliseconds since 1970, are forgotten. */
  readonly since: number
}

export type InsertedKey =
  | { readonly kind: 'inserted'; readonly row: LiveKey }
  | { readonly kind: 'account_not_active'; readonly status: AccountStatus }
  | { readonly kind: 'limit_reached'; readonly limit: number }
  | { readonly kind: 'session_ended' }
  /** The same request was made before, and made this key; `sameBody` tells if it really was the same. */
  | { readonly kind: 'repeated'; readonly row: LiveKey; readonly sameBody: boolean }

export async function findKey(
  db: Database,
  accountId: string,
  keyId: string,
): Promise<KeyRow | undefined> {
  const rows = await selectKeys(db).where(
    and(eq(apiKeys.id, keyId), eq(apiKeys.accountId, accountId)),
  )
  return rows.map(toKeyRow)[0]
}

/** The record under a lookup id, or null: the data plane's read of the truth. */
export async function findKeyRecord(db: Database, lookupId: string): Promise<KeyRecord | null> {
  const rows = await selectKeys(db).where(eq(apiKeys.lookupId, lookupId))
  return rows.map(toKeyRow).map(toKeyRecord)[0] ?? null
}

/** `pageBytes`: how many bytes the key takes in an answer, at most. */
export type ListedKey = LiveKey & { readonly pageBytes: number }

const BYTES = pageBytes(apiKeys.applicationName, apiKeys.applicationWebsite, apiKeys.ipAcl)

/**
 * Live keys, newest first: `limit` at most, and no more than one beyond the bytes of a page. `before` is
 * the id after which the page starts.
 */
export async function listKeys(
  db: Database,
  accountId: string,
  limit: number,
  before: string | undefined,
): Promise<ListedKey[]> {
  const where = and(
    eq(apiKeys.accountId, accountId),
    isNull(apiKeys.deletedAt),
    before === undefined ? undefined : lt(apiKeys.id, before),
  )
  const page = onPage({ table: apiKeys, id: apiKeys.id, bytes: BYTES }, where, limit)
  const rows = await db
    .select({ ...KEY_COLUMNS, pageBytes: BYTES })
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(and(where, page))
    .orderBy(desc(apiKeys.id))
    .limit(limit)
  return rows.flatMap(({ pageBytes: bytes, ...selected }) => {
    const row = toKeyRow(selected)
    return row.kind === 'live' ? [{ ...row, pageBytes: bytes }] : []
  })
}

/**
 * Inserts a key, enforced from the start: a key that no copy knows is judged by its row. Does so where its
 * account is active and has fewer keys than its limit, and where no key was made by the same idempotent
 * request.
 */
export async function insertKey(
  db: Database,
  key: NewKey,
  authority: Authority,
  event: AuditEvent,
): Promise<InsertedKey> {
  const { details, idempotency } = key
  const now = event.at
  const sameRequest = and(
    eq(apiKeys.accountId, key.accountId),
    inArray(apiKeys.idempotencyKey, [...(idempotency?.keys ?? [])]),
  )
  const [, , , rows, repeated, owners, standing] = await db.batch([
    db
      .update(apiKeys)
      .set({ idempotencyKey: null, idempotencyBody: null })
      .where(and(sameRequest, lt(apiKeys.createdAt, idempotency?.since ?? 0))),
    db.run(sql`
      INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token, application_name,
        application_website, platform, ip_acl, ip_acl_mode, version, revision, enforced_revision,
        published_revision, created_at, updated_at, revised_at, idempotency_key, idempotency_body)
      SELECT ${key.id}, id, ${key.lookupId}, ${key.tokenKey}, ${key.sealedToken},
        ${details.applicationName}, ${details.applicationWebsite}, ${details.platform},
        ${JSON.stringify(details.ipAcl)}, ${details.ipAclMode}, 1, 1, 1, 0, ${now}, ${now}, ${now},
        ${idempotency?.keys[0] ?? null}, ${idempotency?.bodies[0] ?? null}
      FROM accounts WHERE id = ${key.accountId} AND status = 'active'
        AND ${sessionStands(authority)} AND key_limit >
        (SELECT count(*) FROM api_keys WHERE account_id = ${key.accountId} AND deleted_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM api_keys WHERE ${sameRequest})`),
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM api_keys WHERE id = ${key.id})`),
    selectKeys(db).where(eq(apiKeys.id, key.id)),
    selectKeys(db).where(sameRequest),
    db
      .select({ status: accounts.status, keyLimit: accounts.keyLimit })
      .from(accounts)
      .where(eq(accounts.id, key.accountId)),
    db.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, authority.sessionId)),
  ])

  const row = rows.map(toKeyRow)[0]
  if (row?.kind === 'live') return { kind: 'inserted', row }
  if (standing.length === 0) return { kind: 'session_ended' }
  const { status, keyLimit } = owners[0] ?? { status: 'suspended', keyLimit: 0 }
  if (status !== 'active') return { kind: 'account_not_active', status }
  const [earlier] = repeated
  const earlierRow = repeated.map(toKeyRow)[0]
  if (earlier === undefined || earlierRow?.kind !== 'live') {
    return { kind: 'limit_reached', limit: keyLimit }
  }
  const sameBody = idempotency?.bodies.includes(earlier.idempotencyBody ?? '') === true
  return { kind: 'repeated', row: earlierRow, sameBody }
}

/**
 * Writes the details over a row that is still as it was read, of an active account; undefined where
 * that does not hold any more.
 */
export async function updateKey(
  db: Database,
  read: LiveKey,
  details: KeyDetails,
  authority: Authority,
  event: AuditEvent,
): Promise<KeyRow | undefined> {
  const now = event.at
  const guard = and(
    isLive(read.id),
    eq(apiKeys.revision, read.revision),
    sessionStands(authority),
    sql`EXISTS (SELECT 1 FROM accounts WHERE id = ${read.accountId} AND status = 'active')`,
  )
  return await changeKey(db, read.id, guard, event, {
    ...details,
    ipAcl: [...details.ipAcl],
    version: sql`version + 1`,
    revision: sql`revision + 1`,
    updatedAt: now,
    revisedAt: now,
  })
}

/** Wipes a live row to a tombstone, whatever edits race it: a deletion never has to wait for them. */
export async function deleteKey(
  db: Database,
  read: LiveKey,
  authority: Authority,
  event: AuditEvent,
): Promise<KeyRow | undefined> {
  const now = event.at
  const guard = and(isLive(read.id), sessionStands(authority))
  return await changeKey(db, read.id, guard, event, {
    ...WIPED,
    revision: sql`revision + 1`,
    revisedAt: now,
    deletedAt: now,
  })
}

/** What a tombstone does not keep. */
export const WIPED = {
  tokenKey: null,
  sealedToken: null,
  applicationName: null,
  applicationWebsite: null,
  platform: null,
  ipAcl: null,
  ipAclMode: 'enforce' as const,
  idempotencyKey: null,
  idempotencyBody: null,
}

/** Records that a live key's token is shown; false where key, session or account do not allow it now. */
export async function recordReveal(
  db: Database,
  key: LiveKey,
  authority: Authority,
  event: AuditEvent,
): Promise<boolean> {
  const allowed = sql`EXISTS (SELECT 1 FROM api_keys JOIN accounts ON accounts.id = account_id
    WHERE api_keys.id = ${key.id} AND deleted_at IS NULL AND status = 'active')`
  const inserted = await insertEventWhere(
    db,
    event,
    sql`${allowed} AND ${sessionStands(authority)}`,
  )
  return inserted.rowsAffected > 0
}

async function changeKey(
  db: Database,
  id: string,
  guard: SQL | undefined,
  event: AuditEvent,
  values: SQLiteUpdateSetSource<typeof apiKeys>,
): Promise<KeyRow | undefined> {
  const [, updated, rows] = await db.batch([
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM api_keys WHERE ${guard})`),
    db.update(apiKeys).set(values).where(guard).returning({ id: apiKeys.id }),
    selectKeys(db).where(eq(apiKeys.id, id)),
  ])
  return updated.length === 0 ? undefined : rows.map(toKeyRow)[0]
}

export function isLive(id: string): SQL | undefined {
  return and(eq(apiKeys.id, id), isNull(apiKeys.deletedAt))
}

function sessionStands({ sessionId }: Authority): SQL {
  return sql`EXISTS (SELECT 1 FROM sessions WHERE id = ${sessionId})`
}
