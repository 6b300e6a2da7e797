// API keys in libSQL. Each change is one batch, guarded by the revision that it was decided on, so
// that one which arrives late changes nothing. What a batch returns is what may be published.

import { and, desc, eq, gt, isNull, lt, sql } from 'drizzle-orm'
import type { AccountStatus, KeyRecord } from '../keys/key-record.ts'
import { type AuditEvent, insertEventWhere } from './audit-queries.ts'
import type { Database } from './client.ts'
import {
  type KeyDetails,
  type KeyRow,
  type LiveKey,
  selectKeys,
  toKeyRecord,
  toKeyRow,
} from './key-rows.ts'
import { accounts, apiKeys } from './schema.ts'

export interface NewKey {
  readonly id: string
  readonly accountId: string
  readonly lookupId: string
  readonly tokenKey: string
  readonly sealedToken: string
  readonly details: KeyDetails
  readonly idempotency: Idempotency | undefined
}

/** A request that may be repeated: keyed hashes of its Idempotency-Key and of its body. */
export interface Idempotency {
  readonly key: string
  readonly body: string
  /** Requests made before this time, in milliseconds since 1970, are forgotten. */
  readonly since: number
}

export type InsertedKey =
  | { readonly kind: 'inserted'; readonly row: LiveKey }
  | { readonly kind: 'account_not_active'; readonly status: AccountStatus }
  | { readonly kind: 'limit_reached' }
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

/** Live keys, newest first; `before` is the id after which the page starts. */
export async function listKeys(
  db: Database,
  accountId: string,
  limit: number,
  before: string | undefined,
): Promise<LiveKey[]> {
  const rows = await selectKeys(db)
    .where(
      and(
        eq(apiKeys.accountId, accountId),
        isNull(apiKeys.deletedAt),
        before === undefined ? undefined : lt(apiKeys.id, before),
      ),
    )
    .orderBy(desc(apiKeys.id))
    .limit(limit)
  return rows.map(toKeyRow).filter((row) => row.kind === 'live')
}

/**
 * Inserts a key where its account is active and has fewer than `maxKeys` of them, and where no key was
 * made by the same idempotent request.
 */
export async function insertKey(
  db: Database,
  key: NewKey,
  maxKeys: number,
  event: AuditEvent,
): Promise<InsertedKey> {
  const { details, idempotency } = key
  const now = event.at
  const sameRequest = and(
    eq(apiKeys.accountId, key.accountId),
    eq(apiKeys.idempotencyKey, idempotency?.key ?? ''),
  )
  const [, , , rows, repeated, owners] = await db.batch([
    db
      .update(apiKeys)
      .set({ idempotencyKey: null, idempotencyBody: null })
      .where(and(sameRequest, lt(apiKeys.createdAt, idempotency?.since ?? 0))),
    db.run(sql`
      INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token, application_name,
        application_website, platform, ip_acl, version, revision, published_revision, created_at,
        updated_at, revised_at, idempotency_key, idempotency_body)
      SELECT ${key.id}, id, ${key.lookupId}, ${key.tokenKey}, ${key.sealedToken},
        ${details.applicationName}, ${details.applicationWebsite}, ${details.platform},
        ${JSON.stringify(details.ipAcl)}, 1, 1, 0, ${now}, ${now}, ${now},
        ${idempotency?.key ?? null}, ${idempotency?.body ?? null}
      FROM accounts WHERE id = ${key.accountId} AND status = 'active' AND ${maxKeys} >
        (SELECT count(*) FROM api_keys WHERE account_id = ${key.accountId} AND deleted_at IS NULL)
      ON CONFLICT (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING`),
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM api_keys WHERE id = ${key.id})`),
    selectKeys(db).where(eq(apiKeys.id, key.id)),
    selectKeys(db).where(sameRequest),
    db.select({ status: accounts.status }).from(accounts).where(eq(accounts.id, key.accountId)),
  ])
  const row = rows.map(toKeyRow)[0]
  if (row?.kind === 'live') return { kind: 'inserted', row }
  const [earlier] = repeated
  const earlierRow = repeated.map(toKeyRow)[0]
  if (earlier !== undefined && earlierRow?.kind === 'live') {
    const sameBody = earlier.idempotencyBody === idempotency?.body
    return { kind: 'repeated', row: earlierRow, sameBody }
  }
  const status = owners[0]?.status ?? 'suspended'
  return status === 'active' ? { kind: 'limit_reached' } : { kind: 'account_not_active', status }
}

/** Writes the details over a row that is still as it was read; undefined where it is not. */
export async function updateKey(
  db: Database,
  read: LiveKey,
  details: KeyDetails,
  event: AuditEvent,
): Promise<KeyRow | undefined> {
  const now = event.at
  return await changeKey(db, read, event, {
    ...details,
    ipAcl: [...details.ipAcl],
    version: read.version + 1,
    revision: read.revision + 1,
    updatedAt: now,
    revisedAt: now,
  })
}

/** Wipes a row that is still as it was read to a tombstone; undefined where it is not. */
export async function deleteKey(
  db: Database,
  read: LiveKey,
  event: AuditEvent,
): Promise<KeyRow | undefined> {
  const now = event.at
  return await changeKey(db, read, event, {
    tokenKey: null,
    sealedToken: null,
    applicationName: null,
    applicationWebsite: null,
    platform: null,
    ipAcl: null,
    idempotencyKey: null,
    idempotencyBody: null,
    revision: read.revision + 1,
    revisedAt: now,
    deletedAt: now,
  })
}

async function changeKey(
  db: Database,
  read: LiveKey,
  event: AuditEvent,
  values: Partial<typeof apiKeys.$inferInsert>,
): Promise<KeyRow | undefined> {
  const guard = and(
    eq(apiKeys.id, read.id),
    eq(apiKeys.revision, read.revision),
    isNull(apiKeys.deletedAt),
  )
  const [, updated, rows] = await db.batch([
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM api_keys WHERE ${guard})`),
    db.update(apiKeys).set(values).where(guard).returning({ id: apiKeys.id }),
    selectKeys(db).where(eq(apiKeys.id, read.id)),
  ])
  return updated.length === 0 ? undefined : rows.map(toKeyRow)[0]
}

/** Notes that a revision is in KV; a newer note stands. */
export async function markPublished(db: Database, keyId: string, revision: number): Promise<void> {
  await db
    .update(apiKeys)
    .set({ publishedRevision: revision })
    .where(and(eq(apiKeys.id, keyId), lt(apiKeys.publishedRevision, revision)))
}

/** The outbox: rows whose newest revision is not known to be in KV, oldest change first. */
export async function listUnpublished(db: Database, limit: number): Promise<KeyRow[]> {
  const rows = await selectKeys(db)
    .where(sql`published_revision < revision`)
    .orderBy(apiKeys.revisedAt)
    .limit(limit)
  return rows.map(toKeyRow)
}

/** Rows that changed after `sinceMs`, newest change first. */
export async function listRevisedSince(
  db: Database,
  sinceMs: number,
  limit: number,
): Promise<KeyRow[]> {
  const rows = await selectKeys(db)
    .where(gt(apiKeys.revisedAt, sinceMs))
    .orderBy(desc(apiKeys.revisedAt))
    .limit(limit)
  return rows.map(toKeyRow)
}
