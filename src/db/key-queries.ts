// API keys in libSQL. Each change is one batch, guarded by the revision that it was decided on. So a change
// that arrives late changes nothing. Only the row that a batch returns may be published.

import { and, desc, eq, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core'
import type { AccountStatus, KeyRecord } from '../keys/key-record.ts'
import type { RateLimit } from '../keys/rate-limit.ts'
import { type AuditEvent, insertEventWhere } from './audit-queries.ts'
import { isOnPage, pageBytes } from './bounded-page.ts'
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
import { accounts } from './schema/accounts.ts'
import { apiKeys } from './schema/api-keys.ts'
import { tokens } from './schema/tokens.ts'
import { mayChangeKeys, type SessionGuard } from './session-guard.ts'

export interface NewKey {
  readonly id: string
  readonly accountId: string
  readonly lookupId: string
  readonly tokenKey: string
  readonly sealedToken: string
  /** The last four characters of the token. */
  readonly lastFour: string
  readonly details: KeyDetails
  readonly idempotency: Idempotency | undefined
}

/**
 * A request that may be repeated. Keyed hashes of its Idempotency-Key and of its body, newest ring key
 * first.
 */
export interface Idempotency {
  readonly keys: readonly string[]
  readonly bodies: readonly string[]
  /** Earlier requests are forgotten; in milliseconds since 1970. */
  readonly since: number
}

export type InsertedKey =
  | { readonly kind: 'inserted'; readonly row: LiveKey }
  | { readonly kind: 'account_not_active'; readonly status: AccountStatus }
  | { readonly kind: 'limit_reached'; readonly limit: number }
  | { readonly kind: 'session_ended' }
  /**
   * An earlier request with the same Idempotency-Key made this key; `sameBody`: whether its body was the
   * same.
   */
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

/**
 * The account's live key that a token belongs to, and whether the token is its current one. `lookupIds`: those that
 * the token may have.
 */
export async function findKeyOfToken(
  db: Database,
  accountId: string,
  lookupIds: readonly string[],
): Promise<{ readonly keyId: string; readonly token: 'current' | 'old' | 'ended' } | undefined> {
  const { keyId, replacedAt, endedAt } = tokens
  const rows = await db
    .select({ keyId, replacedAt, endedAt })
    .from(tokens)
    .innerJoin(apiKeys, eq(apiKeys.id, keyId))
    .where(
      and(
        inArray(tokens.lookupId, [...lookupIds]),
        eq(apiKeys.accountId, accountId),
        isNull(apiKeys.deletedAt),
      ),
    )
  const [row] = rows
  if (row === undefined) return undefined
  const token = row.endedAt !== null ? 'ended' : row.replacedAt === null ? 'current' : 'old'
  return { keyId: row.keyId, token }
}

/** The record under a lookup id, or null. The data plane's read of the system of record. */
export async function findKeyRecord(db: Database, lookupId: string): Promise<KeyRecord | null> {
  const [rows, ended] = await db.batch([
    selectKeys(db).where(
      inArray(
        apiKeys.id,
        db.select({ id: tokens.keyId }).from(tokens).where(eq(tokens.lookupId, lookupId)),
      ),
    ),
    db
      .select({ keyId: tokens.keyId, endedAt: tokens.endedAt })
      .from(tokens)
      .where(and(eq(tokens.lookupId, lookupId), eq(tokens.isFinal, true))),
  ])
  const [row] = rows.map(toKeyRow)
  const token = row?.tokens.find((one) => one.lookupId === lookupId)
  if (row !== undefined && token !== undefined) return toKeyRecord(row, token)
  const [final] = ended
  if (row === undefined || final === undefined) return null
  const { keyId, endedAt: replacedAtMs } = final
  return { kind: 'tombstone', revision: row.revision, keyId, replacedAtMs }
}

/** `pageBytes`: an upper bound for the bytes that the key takes in an answer. */
export type ListedKey = LiveKey & { readonly pageBytes: number }

const BYTES = pageBytes(
  apiKeys.applicationName,
  apiKeys.applicationWebsite,
  apiKeys.ipAcl,
  apiKeys.ipAclNotes,
)

/**
 * Live keys, newest first: at most `limit`, and at most one beyond the bytes of a page. `before` is the
 * last id of the page before.
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
  const page = isOnPage({ table: apiKeys, id: apiKeys.id, bytes: BYTES }, where, limit)
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
 * Inserts a key, if its account is active and below its key limit, and if no earlier request with the same
 * Idempotency-Key made one. The key is enforced from the start, because a key that nobody has cached is read
 * from its row.
 */
export async function insertKey(
  db: Database,
  key: NewKey,
  sessionGuard: SessionGuard,
  event: AuditEvent,
): Promise<InsertedKey> {
  const { details, idempotency } = key
  const now = event.at
  const sameRequest = and(
    eq(apiKeys.accountId, key.accountId),
    inArray(apiKeys.idempotencyKey, [...(idempotency?.keys ?? [])]),
  )
  const [, , , , rows, repeated, owners, standing] = await db.batch([
    db
      .update(apiKeys)
      .set({ idempotencyKey: null, idempotencyBody: null })
      .where(and(sameRequest, lt(apiKeys.createdAt, idempotency?.since ?? 0))),
    db.run(sql`
      INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token, application_name,
        application_website, platform, ip_acl, ip_acl_mode, ip_acl_notes, enabled, expires_at, rate_limit, version, revision, enforced_revision,
        published_revision, created_at, updated_at, revised_at, idempotency_key, idempotency_body)
      SELECT ${key.id}, id, ${key.lookupId}, ${key.tokenKey}, ${key.sealedToken},
        ${details.applicationName}, ${details.applicationWebsite}, ${details.platform},
        ${JSON.stringify(details.ipAcl)}, ${details.ipAclMode}, ${JSON.stringify(details.ipAclNotes)},
        ${details.enabled}, ${details.expiresAt}, ${storedLimit(details.rateLimit)}, 1, 1, 1, 0, ${now}, ${now}, ${now},
        ${idempotency?.keys[0] ?? null}, ${idempotency?.bodies[0] ?? null}
      FROM accounts WHERE id = ${key.accountId} AND status = 'active'
        AND ${mayChangeKeys(sessionGuard)} AND key_limit >
        (SELECT count(*) FROM api_keys WHERE account_id = ${key.accountId} AND deleted_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM api_keys WHERE ${sameRequest})`),
    // A trigger has made the token.
    db.update(tokens).set({ lastFour: key.lastFour }).where(eq(tokens.lookupId, key.lookupId)),
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM api_keys WHERE id = ${key.id})`),
    selectKeys(db).where(eq(apiKeys.id, key.id)),
    selectKeys(db).where(sameRequest),
    db
      .select({ status: accounts.status, keyLimit: accounts.keyLimit })
      .from(accounts)
      .where(eq(accounts.id, key.accountId)),
    db.all(sql`SELECT 1 WHERE ${mayChangeKeys(sessionGuard)}`),
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
 * Writes new details into a row. Undefined if the row changed since it was read, if the account is not
 * active, or if the session may no longer change keys. `changesRecord`: whether requests depend on what changes. If not, the
 * revision stays, and nothing has to be enforced.
 */
export async function updateKey(
  db: Database,
  read: LiveKey,
  details: KeyDetails,
  changesRecord: boolean,
  sessionGuard: SessionGuard,
  event: AuditEvent,
): Promise<KeyRow | undefined> {
  const now = event.at
  const revised = changesRecord ? { revision: sql`revision + 1`, revisedAt: now } : {}
  return await changeKey(db, read.id, isAsRead(read, sessionGuard), event, {
    ...details,
    ipAcl: [...details.ipAcl],
    version: sql`version + 1`,
    updatedAt: now,
    ...revised,
  })
}

/**
 * Turns a live row into a tombstone and wipes its tokens, even if edits race it, so that a deletion never has to
 * wait for them. `sessionGuard`: null if the operator deletes.
 */
export async function deleteKey(
  db: Database,
  read: LiveKey,
  sessionGuard: SessionGuard | null,
  event: AuditEvent,
): Promise<KeyRow | undefined> {
  const now = event.at
  const isAllowed = sessionGuard === null ? undefined : mayChangeKeys(sessionGuard)
  const guard = and(isLive(read.id), isAllowed)
  return await changeKey(db, read.id, guard, event, {
    ...TOMBSTONE_COLUMNS,
    revision: sql`revision + 1`,
    revisedAt: now,
    deletedAt: now,
  })
}

/** The columns that a tombstone does not keep. */
export const TOMBSTONE_COLUMNS = {
  tokenKey: null,
  sealedToken: null,
  applicationName: null,
  applicationWebsite: null,
  platform: null,
  ipAcl: null,
  ipAclMode: 'enforce' as const,
  ipAclNotes: {},
  enabled: true,
  expiresAt: null,
  rateLimit: null,
  leakedAt: null,
  idempotencyKey: null,
  idempotencyBody: null,
}

/** The columns that a token does not keep once it has ended. */
export const ENDED_COLUMNS = {
  tokenKey: null,
  sealedToken: null,
  lastFour: null,
  idempotencyKey: null,
  idempotencyBody: null,
}

/** Records that a live key's token is shown; false if key, session or account no longer allow it. */
export async function recordReveal(
  db: Database,
  key: LiveKey,
  sessionGuard: SessionGuard,
  event: AuditEvent,
): Promise<boolean> {
  const allowed = sql`EXISTS (SELECT 1 FROM api_keys JOIN accounts ON accounts.id = account_id
    WHERE api_keys.id = ${key.id} AND deleted_at IS NULL AND status = 'active')`
  const inserted = await insertEventWhere(
    db,
    event,
    sql`${allowed} AND ${mayChangeKeys(sessionGuard)}`,
  )
  return inserted.rowsAffected > 0
}

function storedLimit(limit: RateLimit | null): string | null {
  return limit === null ? null : JSON.stringify(limit)
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

/** Whether a live row is as it was read, its account is active, and the session that asks has not ended. */
export function isAsRead(read: LiveKey, sessionGuard: SessionGuard): SQL | undefined {
  return and(
    isLive(read.id),
    eq(apiKeys.revision, read.revision),
    eq(apiKeys.version, read.version),
    mayChangeKeys(sessionGuard),
    sql`EXISTS (SELECT 1 FROM accounts WHERE id = ${read.accountId} AND status = 'active')`,
  )
}

export function isLive(id: string): SQL | undefined {
  return and(eq(apiKeys.id, id), isNull(apiKeys.deletedAt))
}
