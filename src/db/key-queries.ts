// Reads of API keys in libSQL.

import { and, desc, eq, inArray, isNull, lt } from 'drizzle-orm'
import type { FoundRecord } from '../keys/key-record.ts'
import { isOnPage, pageBytes } from './bounded-page.ts'
import type { Database } from './client.ts'
import {
  KEY_COLUMNS,
  type KeyRow,
  type LiveKey,
  selectKeys,
  toKeyRecord,
  toKeyRow,
} from './key-rows.ts'
import { accounts } from './schema/accounts.ts'
import { apiKeys } from './schema/api-keys.ts'
import { tokens } from './schema/tokens.ts'

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
export async function findKeyRecord(db: Database, lookupId: string): Promise<FoundRecord | null> {
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
  if (row === undefined) return null
  const { lineage } = row
  if (token !== undefined) return { record: toKeyRecord(row, token), lineage }
  const [final] = ended
  if (final === undefined) return null
  const { keyId, endedAt: replacedAtMs } = final
  return {
    record: { kind: 'tombstone', revision: row.revision, keyId, replacedAtMs },
    lineage,
  }
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
