// The keys of all accounts, for the operator. Nothing here reads a token, or what finds one.

import { and, desc, eq, exists, isNotNull, isNull, lt } from 'drizzle-orm'
import type { Database } from './client.ts'
import { apiKeys, tokens } from './schema.ts'

export const KEY_STATES = ['live', 'deleted'] as const

export interface KeyFilter {
  /** Each undefined for all. */
  readonly accountId: string | undefined
  readonly state: (typeof KEY_STATES)[number] | undefined
  /** The id of a key of TOKEN_KEYS, which made a token of the key that has not ended. */
  readonly tokenKey: string | undefined
  /** The last id of the page before; undefined for the first page. */
  readonly before: string | undefined
}

export type OperatorKeyRow = Awaited<ReturnType<typeof listAllKeys>>[number]

/** Keys, newest first. */
export async function listAllKeys(db: Database, filter: KeyFilter, limit: number) {
  const { accountId, state, tokenKey, before } = filter
  const { deletedAt } = apiKeys
  return await db
    .select({
      id: apiKeys.id,
      accountId: apiKeys.accountId,
      applicationName: apiKeys.applicationName,
      platform: apiKeys.platform,
      tokenKey: apiKeys.tokenKey,
      createdAt: apiKeys.createdAt,
      updatedAt: apiKeys.updatedAt,
      deletedAt,
    })
    .from(apiKeys)
    .where(
      and(
        accountId === undefined ? undefined : eq(apiKeys.accountId, accountId),
        state === undefined
          ? undefined
          : state === 'live'
            ? isNull(deletedAt)
            : isNotNull(deletedAt),
        tokenKey === undefined ? undefined : hasToken(db, tokenKey),
        before === undefined ? undefined : lt(apiKeys.id, before),
      ),
    )
    .orderBy(desc(apiKeys.id))
    .limit(limit)
}

function hasToken(db: Database, tokenKey: string) {
  return exists(
    db
      .select({ keyId: tokens.keyId })
      .from(tokens)
      .where(and(eq(tokens.keyId, apiKeys.id), eq(tokens.tokenKey, tokenKey))),
  )
}
