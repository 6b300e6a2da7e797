// A row of api_keys with its tokens, as the rest of the code sees it: a live key, or the tombstone of a deleted
// key.

import { eq, getTableColumns, sql } from 'drizzle-orm'
import type { AccountStatus, IpAclMode, KeyRecord } from '../keys/key-record.ts'
import { type Lineage, parseLineage } from '../keys/lineage.ts'
import type { State } from '../keys/openings.ts'
import type { Platform } from '../keys/platform.ts'
import type { RateLimit } from '../keys/rate-limit.ts'
import type { Database } from './client.ts'
import { accounts } from './schema/accounts.ts'
import { apiKeys } from './schema/api-keys.ts'

/** The part of a key that its owner can edit. */
export interface KeyDetails {
  readonly applicationName: string
  readonly applicationWebsite: string | null
  readonly platform: Platform
  /** Canonical CIDR entries. */
  readonly ipAcl: readonly string[]
  readonly ipAclMode: IpAclMode
  /** What the owner wrote beside entries of the IP ACL. */
  readonly ipAclNotes: Readonly<Record<string, string>>
  /** False while the key is paused. */
  readonly enabled: boolean
  /** From then on the key is refused; null for never. */
  readonly expiresAt: number | null
  readonly rateLimit: RateLimit | null
}

/** A token of a key that requests may still meet: not one whose end is in KV for good. */
export interface Token {
  readonly lookupId: string
  /** Null once it has ended. */
  readonly sealedToken: string | null
  /** The last four characters; null once it has ended, and in older rows until they are shown. */
  readonly lastFour: string | null
  readonly createdAt: number
  /** When a rotation made another token the current one. */
  readonly replacedAt: number | null
  /** From then on a replaced token is refused. */
  readonly endsAt: number | null
  /** Since when it is refused for ever. */
  readonly endedAt: number | null
}

interface KeyHead {
  readonly id: string
  readonly accountId: string
  readonly accountStatus: AccountStatus
  /** The limit that each key of the account has. */
  readonly accountRateLimit: RateLimit | null
  /** The key's first token, also once it has ended; null if a restored database has lost it. */
  readonly firstLookupId: string | null
  /** In any order. */
  readonly tokens: readonly Token[]
  readonly revision: number
  readonly enforcedRevision: number
  readonly publishedRevision: number
  /** Where the revision comes from. Null if that is unknown. */
  readonly lineage: Lineage | null
  /** When the revision last rose, in milliseconds since 1970, like all times here. */
  readonly revisedAt: number
}

export interface LiveKey extends KeyHead {
  readonly kind: 'live'
  readonly details: KeyDetails
  /** When the current token was reported as leaked. */
  readonly leakedAt: number | null
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

export interface Tombstone extends KeyHead {
  readonly kind: 'tombstone'
  readonly deletedAt: number
}

export type KeyRow = LiveKey | Tombstone

/** The tokens of a row of `api_keys`, as JSON. */
const TOKENS = sql<Token[]>`(
  SELECT json_group_array(json_object('lookupId', lookup_id, 'sealedToken', sealed_token,
    'lastFour', last_four, 'createdAt', created_at, 'replacedAt', replaced_at, 'endsAt', ends_at, 'endedAt', ended_at))
  FROM tokens WHERE key_id = api_keys.id AND is_final = 0
)`.mapWith((text: string) => JSON.parse(text))

/** The first token of a row of `api_keys`: its lookup id, behind its time in 16 digits. */
const FIRST_TOKEN = sql<string | null>`(
  SELECT substr(min(printf('%016d', created_at) || lookup_id), 17) FROM tokens
  WHERE key_id = api_keys.id
)`

/** The columns that `toKeyRow` reads from rows joined with their accounts. */
export const KEY_COLUMNS = {
  ...getTableColumns(apiKeys),
  accountStatus: accounts.status,
  accountRateLimit: accounts.rateLimit,
  firstLookupId: FIRST_TOKEN,
  tokens: TOKENS,
}

/** Starts a statement that reads rows, each with the status of its account. */
export function selectKeys(db: Database) {
  return db
    .select(KEY_COLUMNS)
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .$dynamic()
}

type Selected = Awaited<ReturnType<typeof selectKeys>>[number]

export function toKeyRow(selected: Selected): KeyRow {
  const { id, accountId, accountStatus, accountRateLimit, firstLookupId, tokens } = selected
  const { revision, enforcedRevision, publishedRevision, revisedAt } = selected
  const heldRevision = heldRevisionOf(selected)
  const lineage = parseLineage(selected.lineage, revision, heldRevision)
  const revisions = { revision, enforcedRevision, publishedRevision, lineage, revisedAt }
  const account = { accountId, accountStatus, accountRateLimit }
  const head = { id, ...account, firstLookupId, tokens, ...revisions }
  if (selected.deletedAt !== null) {
    return { kind: 'tombstone', ...head, deletedAt: selected.deletedAt }
  }
  const { applicationName, applicationWebsite, platform, ipAcl, ipAclMode, ipAclNotes } = selected
  const { enabled, expiresAt, rateLimit, leakedAt, version, createdAt, updatedAt } = selected
  if (applicationName === null || platform === null || ipAcl === null) {
    throw new TypeError(`Cannot read API key ${id}: a live row lacks a column`)
  }
  const application = { applicationName, applicationWebsite, platform }
  const restrictions = { ipAcl, ipAclMode, ipAclNotes, enabled, expiresAt, rateLimit }
  const details = { ...application, ...restrictions }
  return { kind: 'live', ...head, details, leakedAt, version, createdAt, updatedAt }
}

/** The token that a rotation made last, or the only one. Undefined if a restored database has lost it. */
export function currentToken({ tokens }: Pick<KeyRow, 'tokens'>): Token | undefined {
  return tokens.find(({ replacedAt, endedAt }) => replacedAt === null && endedAt === null)
}

/** The record of a token, as the data plane reads it. */
export function toKeyRecord(row: KeyRow, token: Token): KeyRecord {
  const { endedAt } = token
  const { id: keyId, revision, accountId } = row
  if (endedAt !== null) return { kind: 'tombstone', revision, keyId, replacedAtMs: endedAt }
  if (row.kind === 'tombstone') return { kind: 'tombstone', revision, keyId, replacedAtMs: null }
  return { kind: 'live', revision, keyId, accountId, ...toState(row, token) }
}

/** What decides about requests with a token of a row. */
export function toState(
  row: LiveKey,
  { lookupId, endsAt: endsAtMs }: Pick<Token, 'lookupId' | 'endsAt'>,
): State {
  const { accountRateLimit, firstLookupId } = row
  const { ipAcl, ipAclMode, enabled, expiresAt, rateLimit } = row.details
  const isLimited = rateLimit !== null || accountRateLimit !== null
  return {
    accountStatus: row.accountStatus,
    ipAcl,
    ipAclMode,
    enabled,
    isLeaked: row.leakedAt !== null,
    expiresAtMs: expiresAt,
    endsAtMs,
    rateLimit,
    accountRateLimit,
    windowsAt: isLimited && firstLookupId !== lookupId ? firstLookupId : null,
  }
}

/**
 * Whether it is unknown that the row's newest revision holds for the next request. A published revision
 * does hold, because nothing is put into KV that the authority does not hold.
 */
export function isPending(row: KeyRow): boolean {
  return isUnpublished(row) && row.enforcedRevision < row.revision
}

/** The newest revision of the row that is known to hold. A published revision holds too. */
export function heldRevisionOf({
  enforcedRevision,
  publishedRevision,
}: Pick<KeyHead, 'enforcedRevision' | 'publishedRevision'>): number {
  return Math.max(enforcedRevision, publishedRevision)
}

/** Whether the row is in the outbox, so its newest revision is not known to be in KV for good. */
export function isUnpublished(row: KeyRow): boolean {
  return row.publishedRevision < row.revision
}
