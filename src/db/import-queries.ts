// Keys that are imported. A part of the list is one batch. Each row of it is inserted or not by its own conditions:
// the account has room, and no key has the token.

import { eq, inArray, sql } from 'drizzle-orm'
import type { AuditEvent } from './audit-queries.ts'
import type { Database } from './client.ts'
import { type KeyDetails, type LiveKey, selectKeys, toKeyRow } from './key-rows.ts'
import { accounts } from './schema/accounts.ts'
import { apiKeys } from './schema/api-keys.ts'
import { tokens } from './schema/tokens.ts'

export interface ImportedKey {
  readonly id: string
  /** Those that the token may have, with every key of TOKEN_KEYS; the first one is stored. */
  readonly lookupIds: readonly string[]
  readonly tokenKey: string
  /** Null if only the SHA-256 of the token is known. */
  readonly sealedToken: string | null
  readonly lastFour: string | null
  readonly details: KeyDetails
  readonly createdAt: number
  readonly event: AuditEvent
}

/** A token that is known already, and its key. */
export type KnownToken = Awaited<ReturnType<typeof findKnownTokens>>[number]

export interface ImportedRows {
  /** The keys that were inserted. */
  readonly rows: readonly LiveKey[]
  /** How many more keys the account may have. */
  readonly room: number
}

/** When the gateway looks whether a new key is unused, as the trigger of other new keys sets it. */
const UNUSED_CHECK_MS = 90 * 24 * 3_600_000

/** The tokens among those with these lookup ids that are known already, ended ones too. */
export async function findKnownTokens(db: Database, lookupIds: readonly string[]) {
  return await db
    .select({
      lookupId: tokens.lookupId,
      endedAt: tokens.endedAt,
      keyId: apiKeys.id,
      accountId: apiKeys.accountId,
      deletedAt: apiKeys.deletedAt,
      applicationName: apiKeys.applicationName,
      applicationWebsite: apiKeys.applicationWebsite,
      platform: apiKeys.platform,
      ipAcl: apiKeys.ipAcl,
      enabled: apiKeys.enabled,
      expiresAt: apiKeys.expiresAt,
      rateLimit: apiKeys.rateLimit,
    })
    .from(tokens)
    .innerJoin(apiKeys, eq(apiKeys.id, tokens.keyId))
    .where(inArray(tokens.lookupId, [...lookupIds]))
}

/** How many more keys an account may have. */
export async function countRoom(db: Database, accountId: string): Promise<number> {
  return toRoom(await selectRoom(db, accountId))
}

/** Inserts keys, each with its event. Keys of an account that is not active are inserted too. */
export async function insertImportedKeys(
  db: Database,
  accountId: string,
  keys: readonly ImportedKey[],
  nowMs: number,
): Promise<ImportedRows> {
  const list = JSON.stringify(keys.map((key) => toColumns(key, nowMs)))
  const ids = sql`(SELECT value ->> 'id' FROM json_each(${list}))`
  const [, , , rows, room] = await db.batch([
    db.run(sql`
      INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token, application_name,
        application_website, platform, ip_acl, ip_acl_mode, enabled, expires_at, rate_limit,
        expiry_noted_at, unused_check_at, version, revision, enforced_revision, published_revision, created_at,
        updated_at, revised_at)
      SELECT n.value ->> 'id', a.id, n.value ->> 'lookupId', n.value ->> 'tokenKey',
        n.value ->> 'sealedToken', n.value ->> 'applicationName', n.value ->> 'applicationWebsite',
        n.value ->> 'platform', n.value -> 'ipAcl', n.value ->> 'ipAclMode', n.value ->> 'enabled',
        n.value ->> 'expiresAt', n.value ->> 'rateLimit', n.value ->> 'expiryNotedAt',
        ${nowMs + UNUSED_CHECK_MS}, 1, 1, 1, 0,
        n.value ->> 'createdAt', ${nowMs}, ${nowMs}
      FROM json_each(${list}) AS n JOIN accounts AS a ON a.id = ${accountId}
      WHERE n.key < a.key_limit - (
          SELECT count(*) FROM api_keys WHERE account_id = ${accountId} AND deleted_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM tokens WHERE lookup_id IN (
          SELECT value FROM json_each(n.value -> 'lookupIds')))`),
    // A trigger has made the tokens.
    db.run(sql`
      UPDATE tokens SET last_four = n.value ->> 'lastFour' FROM json_each(${list}) AS n
      WHERE lookup_id = n.value ->> 'lookupId' AND key_id = n.value ->> 'id'`),
    db.run(sql`
      INSERT INTO audit_events (id, at, account_id, key_id, actor, operator, action, address, changes)
      SELECT n.value ->> 'eventId', ${nowMs}, ${accountId}, n.value ->> 'id', n.value ->> 'actor',
        n.value ->> 'operator', n.value ->> 'action', n.value ->> 'address', n.value -> 'changes'
      FROM json_each(${list}) AS n
      WHERE EXISTS (SELECT 1 FROM api_keys WHERE id = n.value ->> 'id')`),
    selectKeys(db).where(sql`api_keys.id IN ${ids}`),
    selectRoom(db, accountId),
  ])
  const inserted = rows.map(toKeyRow).filter((row) => row.kind === 'live')
  return { rows: inserted, room: toRoom(room) }
}

/** What the statements read. `expiryNotedAt`: an end that has passed already is no news. */
function toColumns(key: ImportedKey, nowMs: number): object {
  const { details, event, lookupIds, ...columns } = key
  const { expiresAt, ipAclNotes: _none, ...settings } = details
  return {
    ...columns,
    ...settings,
    lookupId: lookupIds[0],
    lookupIds,
    expiresAt,
    expiryNotedAt: expiresAt !== null && expiresAt <= nowMs ? expiresAt : null,
    eventId: event.id,
    actor: event.actor,
    operator: event.operator,
    action: event.action,
    address: event.address,
    changes: event.changes,
  }
}

function selectRoom(db: Database, accountId: string) {
  const taken = sql<number>`(SELECT count(*) FROM api_keys
    WHERE account_id = ${accountId} AND deleted_at IS NULL)`
  return db
    .select({ keyLimit: accounts.keyLimit, taken })
    .from(accounts)
    .where(eq(accounts.id, accountId))
}

function toRoom([row]: readonly { readonly keyLimit: number; readonly taken: number }[]): number {
  return row === undefined ? 0 : Math.max(0, row.keyLimit - row.taken)
}
