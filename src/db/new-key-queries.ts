// New API keys in libSQL. Each is inserted in one batch, with its event of the audit. Only the row that the
// batch returns may be published.

import { and, eq, inArray, lt, sql } from 'drizzle-orm'
import type { AccountStatus } from '../keys/key-record.ts'
import type { RateLimit } from '../keys/rate-limit.ts'
import { type AuditEvent, insertEventWhere } from './audit-queries.ts'
import type { Database } from './client.ts'
import { type KeyDetails, type LiveKey, selectKeys, toKeyRow } from './key-rows.ts'
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

function storedLimit(limit: RateLimit | null): string | null {
  return limit === null ? null : JSON.stringify(limit)
}
