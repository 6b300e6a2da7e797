// What the data plane needs to know about a token and its key, and the form that KV and the authority store.
// The form has a number and only ever gains members. A text that cannot be read, or has an unknown number,
// decodes to null. That is a cache miss and never a verdict.
//
// Form 2 is for what an older version would let in: a key with an end, a paused key, a token of a rotation. Form 3
// is for a key with a rate limit. Other records have form 1, so that an older version reads them.

import type { Lineage } from './lineage.ts'
import type { RateLimit } from './rate-limit.ts'

export const ACCOUNT_STATUSES = ['pending', 'active', 'suspended'] as const
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number]

/** Whether the IP ACL refuses requests, or only records those that it would refuse. */
export const IP_ACL_MODES = ['enforce', 'report'] as const
export type IpAclMode = (typeof IP_ACL_MODES)[number]

export interface LiveKeyRecord {
  readonly kind: 'live'
  /** Rises with every change of the key or of its account. */
  readonly revision: number
  readonly keyId: string
  readonly accountId: string
  readonly accountStatus: AccountStatus
  /** Canonical CIDR entries. An empty list allows any address. */
  readonly ipAcl: readonly string[]
  readonly ipAclMode: IpAclMode
  /** False while the key is paused, or after its token was reported as leaked. */
  readonly enabled: boolean
  /** Whether the token was reported as leaked. Only a rotation ends that. */
  readonly isLeaked: boolean
  /** From then on the key is refused, in milliseconds since 1970; null for never. */
  readonly expiresAtMs: number | null
  /** From then on this token is refused, because another one replaced it; null for the current token. */
  readonly endsAtMs: number | null
  /** The limit of the key, and the one that each key of its account has. */
  readonly rateLimit: RateLimit | null
  readonly accountRateLimit: RateLimit | null
  /**
   * The lookup id whose authority counts the windows of the limits, for all tokens of the key; null for this
   * token's own, and for a key without limits.
   */
  readonly windowsAt: string | null
}

/** The record of a deleted key, or of a token that has ended. Nothing follows it. */
export interface TombstoneRecord {
  readonly kind: 'tombstone'
  readonly revision: number
  readonly keyId: string
  /** When the token ended; null if its key was deleted. */
  readonly replacedAtMs: number | null
}

export type KeyRecord = LiveKeyRecord | TombstoneRecord

/** A record as the system of record has it. */
export interface FoundRecord {
  readonly record: KeyRecord
  /** Null if it is unknown. */
  readonly lineage: Lineage | null
}

/** The restrictions of a key that has none. */
export const UNRESTRICTED = {
  enabled: true,
  isLeaked: false,
  expiresAtMs: null,
  endsAtMs: null,
  rateLimit: null,
  accountRateLimit: null,
  windowsAt: null,
} as const satisfies Partial<LiveKeyRecord>

const FORMATS = [1, 2, 3] as const

export function encodeKeyRecord(record: KeyRecord): string {
  const { revision, keyId } = record
  if (record.kind === 'tombstone') {
    const { replacedAtMs } = record
    const ended = replacedAtMs !== null && { replaced_at: replacedAtMs }
    return JSON.stringify({ format: 1, revision, key_id: keyId, gone: true, ...ended })
  }
  // Defaults are left out. A version that does not know `ip_acl_mode` enforces the ACL.
  const restrictions = {
    ...(!record.enabled && { enabled: false }),
    ...(record.isLeaked && { leaked: true }),
    ...(record.expiresAtMs !== null && { expires_at: record.expiresAtMs }),
    ...(record.endsAtMs !== null && { ends_at: record.endsAtMs }),
  }
  const limits = {
    ...(record.rateLimit !== null && { rate_limit: toStoredLimit(record.rateLimit) }),
    ...(record.accountRateLimit !== null && {
      account_rate_limit: toStoredLimit(record.accountRateLimit),
    }),
    ...(record.windowsAt !== null && { windows_at: record.windowsAt }),
  }
  return JSON.stringify({
    format: formatOf(restrictions, limits),
    revision,
    key_id: keyId,
    account_id: record.accountId,
    account_status: record.accountStatus,
    ip_acl: record.ipAcl,
    ...(record.ipAclMode === 'report' && { ip_acl_mode: record.ipAclMode }),
    ...restrictions,
    ...limits,
  })
}

function formatOf(restrictions: object, limits: object): (typeof FORMATS)[number] {
  if (Object.keys(limits).length > 0) return 3
  return Object.keys(restrictions).length > 0 ? 2 : 1
}

function toStoredLimit({ requests, perSeconds }: RateLimit): readonly [number, number] {
  return [requests, perSeconds]
}

/** Whether two records give every request the same verdict. All tombstones are final, so they are the same. */
export function isSameRecord(a: KeyRecord, b: KeyRecord): boolean {
  if (a.kind === 'tombstone' && b.kind === 'tombstone') return true
  return encodeKeyRecord(a) === encodeKeyRecord(b)
}

export function decodeKeyRecord(text: string): KeyRecord | null {
  const value = parseObject(text)
  if (value === null || !FORMATS.some((format) => format === value['format'])) return null
  const { revision, key_id: keyId, account_id: accountId, ip_acl: ipAcl } = value
  if (typeof revision !== 'number' || typeof keyId !== 'string') return null
  if (value['gone'] === true) {
    const replacedAtMs = timeOf(value['replaced_at']) ?? null
    return { kind: 'tombstone', revision, keyId, replacedAtMs }
  }

  const accountStatus = ACCOUNT_STATUSES.find((status) => status === value['account_status'])
  if (typeof accountId !== 'string' || accountStatus === undefined || !isStringArray(ipAcl))
    return null
  // A mode that this version does not know must not let in an address that is not on the ACL.
  const ipAclMode: IpAclMode = value['ip_acl_mode'] === 'report' ? 'report' : 'enforce'
  const expiresAtMs = timeOf(value['expires_at'])
  const endsAtMs = timeOf(value['ends_at'])
  if (expiresAtMs === undefined || endsAtMs === undefined) return null
  const enabled = (value['enabled'] ?? true) === true
  const isLeaked = (value['leaked'] ?? false) !== false
  const rateLimit = limitOf(value['rate_limit'])
  const accountRateLimit = limitOf(value['account_rate_limit'])
  const windowsAt = value['windows_at'] ?? null
  if (rateLimit === undefined || accountRateLimit === undefined) return null
  if (windowsAt !== null && typeof windowsAt !== 'string') return null
  const settings = { accountStatus, ipAcl, ipAclMode, enabled, isLeaked, expiresAtMs, endsAtMs }
  const limits = { rateLimit, accountRateLimit, windowsAt }
  return { kind: 'live', revision, keyId, accountId, ...settings, ...limits }
}

/** Null if there is none; undefined if it is no limit. */
function limitOf(value: unknown): RateLimit | null | undefined {
  if (value === undefined || value === null) return null
  if (!Array.isArray(value)) return undefined
  const [requests, perSeconds]: unknown[] = value
  return isPositiveInteger(requests) && isPositiveInteger(perSeconds)
    ? { requests, perSeconds }
    : undefined
}

function isPositiveInteger(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0
}

/** Null if there is none; undefined if it is no time. */
function timeOf(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null
  return Number.isFinite(value) ? Number(value) : undefined
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isStringArray(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
