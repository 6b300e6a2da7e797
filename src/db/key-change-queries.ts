// Changes of API keys in libSQL. Each change is one batch, guarded by the revision that it was decided on. So
// a change that arrives late changes nothing. Only the row that a batch returns may be published.

import { and, eq, isNull, sql, type SQL } from 'drizzle-orm'
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core'
import { type AuditEvent, insertEventWhere } from './audit-queries.ts'
import type { Database } from './client.ts'
import { type KeyDetails, type KeyRow, type LiveKey, selectKeys, toKeyRow } from './key-rows.ts'
import { revised } from './revision.ts'
import { apiKeys } from './schema/api-keys.ts'
import { mayChangeKeys, type SessionGuard } from './session-guard.ts'
import { TOMBSTONE_COLUMNS } from './tombstone.ts'

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
  return await changeKey(db, read.id, isAsRead(read, sessionGuard), event, {
    ...details,
    ipAcl: [...details.ipAcl],
    version: sql`version + 1`,
    updatedAt: now,
    ...(changesRecord && revised(now)),
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
    ...revised(now),
    deletedAt: now,
  })
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
