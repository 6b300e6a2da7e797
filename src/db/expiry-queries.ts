// Keys whose end has come. The edge refuses them by its own clock. Here the audit learns of it.

import { and, eq, isNull, lte, sql } from 'drizzle-orm'
import { type AuditEvent, insertEventWhere } from './audit-queries.ts'
import type { Database } from './client.ts'
import { apiKeys } from './schema/api-keys.ts'

export interface ExpiredKey {
  readonly id: string
  readonly accountId: string
  readonly expiresAt: number
}

/** Keys that have expired and of which the audit has no event yet. */
export async function listExpired(
  db: Database,
  nowMs: number,
  limit: number,
): Promise<ExpiredKey[]> {
  const rows = await db
    .select({ id: apiKeys.id, accountId: apiKeys.accountId, expiresAt: apiKeys.expiresAt })
    .from(apiKeys)
    .where(and(lte(apiKeys.expiresAt, nowMs), IS_UNNOTED))
    .orderBy(apiKeys.expiresAt)
    .limit(limit)
  return rows.flatMap(({ expiresAt, ...key }) =>
    expiresAt === null ? [] : [{ ...key, expiresAt }],
  )
}

/** Writes the event, unless the end of the key has changed or another run has written it. */
export async function noteExpiry(db: Database, key: ExpiredKey, event: AuditEvent): Promise<void> {
  const asRead = and(eq(apiKeys.id, key.id), eq(apiKeys.expiresAt, key.expiresAt), IS_UNNOTED)
  await db.batch([
    insertEventWhere(db, event, sql`EXISTS (SELECT 1 FROM api_keys WHERE ${asRead})`),
    db.update(apiKeys).set({ expiryNotedAt: key.expiresAt }).where(asRead),
  ])
}

/** As the partial index has it. */
const IS_UNNOTED = and(
  sql`expires_at IS NOT NULL AND expiry_noted_at IS NOT expires_at`,
  isNull(apiKeys.deletedAt),
)
