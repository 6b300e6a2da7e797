// A row of api_keys as the rest of the code sees it: a live key, or the tombstone of a deleted key.

import { eq, getTableColumns } from 'drizzle-orm'
import type { AccountStatus, IpAclMode, KeyRecord } from '../keys/key-record.ts'
import type { Platform } from '../keys/platform.ts'
import type { Database } from './client.ts'
import { accounts, apiKeys } from './schema.ts'

/** The part of a key that its owner can edit. */
export interface KeyDetails {
  readonly applicationName: string
  readonly applicationWebsite: string | null
  readonly platform: Platform
  /** Canonical CIDR entries. */
  readonly ipAcl: readonly string[]
  readonly ipAclMode: IpAclMode
}

interface KeyHead {
  readonly id: string
  readonly accountId: string
  readonly accountStatus: AccountStatus
  readonly lookupId: string
  readonly revision: number
  readonly enforcedRevision: number
  readonly publishedRevision: number
  /** When the revision last rose, in milliseconds since 1970, like all times here. */
  readonly revisedAt: number
}

export interface LiveKey extends KeyHead {
  readonly kind: 'live'
  readonly details: KeyDetails
  readonly sealedToken: string
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

export interface Tombstone extends KeyHead {
  readonly kind: 'tombstone'
  readonly deletedAt: number
}

export type KeyRow = LiveKey | Tombstone

/** The columns that `toKeyRow` reads from rows joined with their accounts. */
export const KEY_COLUMNS = { ...getTableColumns(apiKeys), accountStatus: accounts.status }

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
  const { id, accountId, accountStatus, lookupId } = selected
  const { revision, enforcedRevision, publishedRevision, revisedAt } = selected
  const revisions = { revision, enforcedRevision, publishedRevision, revisedAt }
  const head = { id, accountId, accountStatus, lookupId, ...revisions }
  if (selected.deletedAt !== null) {
    return { kind: 'tombstone', ...head, deletedAt: selected.deletedAt }
  }
  const { applicationName, applicationWebsite, platform, ipAcl, ipAclMode, sealedToken } = selected
  const { version, createdAt, updatedAt } = selected
  if (applicationName === null || platform === null || ipAcl === null || sealedToken === null) {
    throw new TypeError(`Cannot read API key ${id}: a live row lacks a column`)
  }
  const details = { applicationName, applicationWebsite, platform, ipAcl, ipAclMode }
  return { kind: 'live', ...head, details, sealedToken, version, createdAt, updatedAt }
}

/** The record of a row, as the data plane reads it. */
export function toKeyRecord(row: KeyRow): KeyRecord {
  const { id: keyId, revision, accountId, accountStatus } = row
  if (row.kind === 'tombstone') return { kind: 'tombstone', revision, keyId }
  const { ipAcl, ipAclMode } = row.details
  return { kind: 'live', revision, keyId, accountId, accountStatus, ipAcl, ipAclMode }
}

/**
 * Whether it is unknown that the row's newest revision holds for the next request. A published revision
 * does hold, because nothing is put into KV that the authority does not hold.
 */
export function isPending(row: KeyRow): boolean {
  return isUnpublished(row) && row.enforcedRevision < row.revision
}

/** Whether the row is in the outbox, so its newest revision is not known to be in KV for good. */
export function isUnpublished(row: KeyRow): boolean {
  return row.publishedRevision < row.revision
}
