// What the data plane needs to know of a key, and its stored form in KV. The form is numbered and
// additive; anything that cannot be read, an unknown number too, is null: a miss, never a verdict.

export const ACCOUNT_STATUSES = ['pending', 'active', 'suspended'] as const
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number]

/** Whether the IP ACL keeps out, or only reports whom it would keep out. */
export const IP_ACL_MODES = ['enforce', 'report'] as const
export type IpAclMode = (typeof IP_ACL_MODES)[number]

export interface LiveKeyRecord {
  readonly kind: 'live'
  /** Rises with every change of the key or of its account. */
  readonly revision: number
  readonly keyId: string
  readonly accountId: string
  readonly accountStatus: AccountStatus
  /** Canonical CIDR entries; empty: any address. */
  readonly ipAcl: readonly string[]
  readonly ipAclMode: IpAclMode
}

export interface GoneKeyRecord {
  readonly kind: 'gone'
  readonly revision: number
  readonly keyId: string
}

export type KeyRecord = LiveKeyRecord | GoneKeyRecord

const FORMAT = 1

export function encodeKeyRecord(record: KeyRecord): string {
  const head = { format: FORMAT, revision: record.revision, key_id: record.keyId }
  return JSON.stringify(
    record.kind === 'gone'
      ? { ...head, gone: true }
      : {
          ...head,
          account_id: record.accountId,
          account_status: record.accountStatus,
          ip_acl: record.ipAcl,
          // Left out where it is the default: a version that does not know the member enforces.
          ...(record.ipAclMode === 'report' && { ip_acl_mode: record.ipAclMode }),
        },
  )
}

/** Whether two records judge alike for ever; *gone* has no revisions that matter. */
export function isSameRecord(a: KeyRecord, b: KeyRecord): boolean {
  if (a.kind === 'gone' && b.kind === 'gone') return true
  return encodeKeyRecord(a) === encodeKeyRecord(b)
}

export function decodeKeyRecord(text: string): KeyRecord | null {
  const value = parseObject(text)
  if (value === null || value['format'] !== FORMAT) return null
  const { revision, key_id: keyId, account_id: accountId, ip_acl: ipAcl } = value
  if (typeof revision !== 'number' || typeof keyId !== 'string') return null
  if (value['gone'] === true) return { kind: 'gone', revision, keyId }

  const accountStatus = ACCOUNT_STATUSES.find((status) => status === value['account_status'])
  if (typeof accountId !== 'string' || accountStatus === undefined || !isTexts(ipAcl)) return null
  // A mode of a later version must let nobody in whom the ACL keeps out.
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

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
