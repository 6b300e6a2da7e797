// What the data plane needs to know about a key, and the form that KV and the authority store. The form has a
// number and only ever gains members. A text that cannot be read, or has another number, decodes to null.
// That is a cache miss and never a verdict.

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
}

/** The record of a deleted key. */
export interface TombstoneRecord {
  readonly kind: 'tombstone'
  readonly revision: number
  readonly keyId: string
}

export type KeyRecord = LiveKeyRecord | TombstoneRecord

const FORMAT = 1

export function encodeKeyRecord(record: KeyRecord): string {
  const head = { format: FORMAT, revision: record.revision, key_id: record.keyId }
  return JSON.stringify(
    record.kind === 'tombstone'
      ? { ...head, gone: true }
      : {
          ...head,
          account_id: record.accountId,
          account_status: record.accountStatus,
          ip_acl: record.ipAcl,
          // The default is left out. A version that does not know the member enforces the ACL.
          ...(record.ipAclMode === 'report' && { ip_acl_mode: record.ipAclMode }),
        },
  )
}

/** Whether two records give every request the same verdict. The revision of a tombstone does not matter. */
export function isSameRecord(a: KeyRecord, b: KeyRecord): boolean {
  if (a.kind === 'tombstone' && b.kind === 'tombstone') return true
  return encodeKeyRecord(a) === encodeKeyRecord(b)
}

export function decodeKeyRecord(text: string): KeyRecord | null {
  const value = parseObject(text)
  if (value === null || value['format'] !== FORMAT) return null
  const { revision, key_id: keyId, account_id: accountId, ip_acl: ipAcl } = value
  if (typeof revision !== 'number' || typeof keyId !== 'string') return null
  if (value['gone'] === true) return { kind: 'tombstone', revision, keyId }

  const accountStatus = ACCOUNT_STATUSES.find((status) => status === value['account_status'])
  if (typeof accountId !== 'string' || accountStatus === undefined || !isStringArray(ipAcl))
    return null
  // A mode that this version does not know must not let in an address that is not on the ACL.
  const ipAclMode = value['ip_acl_mode'] === 'report' ? 'report' : 'enforce'
  return { kind: 'live', revision, keyId, accountId, accountStatus, ipAcl, ipAclMode }
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
