// The use of keys as the admin API shows it.

import { type Address, parseAddress } from '../keys/address.ts'
import { compileIpAcl, isEmptyIpAcl, matchesIpAcl } from '../keys/ip-acl.ts'
import { type AddressUse, refusedCount } from '../keys/use.ts'
import type { UseDetails, UseSummary } from '../stores/key-authority/counted-use.ts'
import type { AddressUseAnswer } from './answers/address-use.ts'
import { toTime } from './json.ts'
import type { IpAclPreviewAnswer, KeyUseAnswer, UsageAnswer } from './answers/usage.ts'

const MAX_ADDRESSES = 100

export function toKeyUseJson(use: UseSummary): KeyUseAnswer {
  return {
    last_used_at: toUseTime(use.lastUsedMs),
    last_address: use.lastAddress,
    allowed_24h: use.allowed,
    refused_24h: refusedCount(use),
  }
}

export function toUsageJson(by: 'hour' | 'day', use: UseDetails, nowMs: number): UsageAnswer {
  return {
    by,
    as_of: toTime(nowMs),
    last_used_at: toUseTime(use.lastUsedMs),
    last_address: use.lastAddress,
    buckets: use.buckets.map(({ atMs, allowed, refused }) => ({
      at: toTime(atMs),
      allowed,
      refused,
    })),
    addresses: toAddressesJson(use.addresses),
  }
}

/** What an IP ACL would have done to requests from these addresses, by the engine that judges requests. */
export function toPreviewJson(
  ipAcl: readonly string[],
  addresses: readonly AddressUse[],
): IpAclPreviewAnswer {
  const acl = compileIpAcl(ipAcl)
  const isLetIn = (address: Address | null) =>
    isEmptyIpAcl(acl) || (address !== null && matchesIpAcl(acl, address))
  const judged = addresses.map((use) => ({
    use,
    letIn: isLetIn(use.address === null ? null : parseAddress(use.address)),
  }))
  const refused = judged
    .filter(({ use, letIn }) => !letIn && use.allowed > 0)
    .map(({ use }) => ({ address: use.address, requests: use.allowed, atMs: use.lastAllowedMs }))
  const allowed = judged
    .filter(({ use, letIn }) => letIn && use.denied > 0)
    .map(({ use }) => ({ address: use.address, requests: use.denied, atMs: use.lastDeniedMs }))
  return { refused: toAffected(refused), allowed: toAffected(allowed) }
}

interface Affected {
  readonly address: string | null
  readonly requests: number
  readonly atMs: number
}

function toAffected(affected: readonly Affected[]): IpAclPreviewAnswer['refused'] {
  return {
    requests: affected.reduce((sum, { requests }) => sum + requests, 0),
    addresses: affected
      .toSorted((a, b) => b.atMs - a.atMs)
      .slice(0, MAX_ADDRESSES)
      .map(({ address, requests, atMs }) => ({ address, requests, last_at: toTime(atMs) })),
  }
}

/** The first of a list that is newest first. */
export function toAddressesJson(addresses: readonly AddressUse[]): AddressUseAnswer[] {
  return addresses.slice(0, MAX_ADDRESSES).map((use) => ({
    address: use.address,
    allowed: use.allowed,
    refused: use.refused,
    first_at: toTime(use.firstMs),
    last_at: toTime(use.lastMs),
  }))
}

/** Null for 0, which stands for never. */
export function toUseTime(ms: number): string | null {
  return ms === 0 ? null : toTime(ms)
}
