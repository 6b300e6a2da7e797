// The keys of all accounts, for the operator. Nothing here reads a token, or what finds one.

import {
  and,
  desc,
  eq,
  exists,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  type SQL,
  sql,
} from 'drizzle-orm'
import type { Database } from './client.ts'
import { apiKeys } from './schema/api-keys.ts'
import { tokens } from './schema/tokens.ts'

export const KEY_STATES = ['live', 'deleted'] as const
/** What a list can be narrowed to. All but `deleted` are live. */
export const KEY_FILTERS = [...KEY_STATES, 'paused', 'expired', 'leaked', 'rotating'] as const
type KeyState = (typeof KEY_FILTERS)[number]

export interface KeyFilter {
  /** Each undefined for all. */
  readonly accountId: string | undefined
  readonly state: KeyState | undefined
  /** The id of a key of TOKEN_KEYS, which made a token of the key that has not ended. */
  readonly tokenKey: string | undefined
  /** The last id of the page before; undefined for the first page. */
  readonly before: string | undefined
}

export type OperatorKeyRow = Awaited<ReturnType<typeof listAllKeys>>[number]

/** Keys, newest first. */
export async function listAllKeys(db: Database, filter: KeyFilter, limit: number, nowMs: number) {
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
      enabled: apiKeys.enabled,
      expiresAt: apiKeys.expiresAt,
      leakedAt: apiKeys.leakedAt,
      deletedAt,
    })
    .from(apiKeys)
    .where(
      and(
        accountId === undefined ? undefined : eq(apiKeys.accountId, accountId),
        state === undefined ? undefined : isInState(db, state, nowMs),
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

function isInState(db: Database, state: KeyState, nowMs: number): SQL | undefined {
  switch (state) {
    case 'live':
      return isNull(apiKeys.deletedAt)
    case 'deleted':
      return isNotNull(apiKeys.deletedAt)
    case 'paused':
      return and(IS_RESTRICTED, eq(apiKeys.enabled, false))
    case 'expired':
      return and(IS_RESTRICTED, lte(apiKeys.expiresAt, nowMs))
    case 'leaked':
      return and(IS_RESTRICTED, isNotNull(apiKeys.leakedAt))
    case 'rotating':
      return and(
        isNull(apiKeys.deletedAt),
        inArray(
          apiKeys.id,
          db
            .select({ keyId: tokens.keyId })
            .from(tokens)
            .where(sql`ends_at > ${nowMs} AND ends_at IS NOT NULL AND ended_at IS NULL`),
        ),
      )
  }
}

/** As the partial index has it. */
const IS_RESTRICTED = sql`(deleted_at IS NULL AND (enabled = 0 OR expires_at IS NOT NULL OR leaked_at IS NOT NULL))`
