// What is counted of a key in this isolate, and not reported yet.

import type { AccessRefusal } from '../keys/access.ts'
import { type Address, formatAddress } from '../keys/address.ts'
import type { AddressCounts, UseReport } from '../keys/use.ts'

/** Why a request was refused that is counted with its key. */
export type RefusedBy =
  AccessRefusal['reason'] | 'body_not_allowed' | 'request_malformed' | 'rate_limited'

/** What is counted of a key and not reported. Mutated in place, see trace.ts. */
export interface UnreportedUse {
  allowed: number
  readonly refused: Map<RefusedBy, number>
  firstAllowedMs: number
  lastAllowedMs: number
  /** By `nameOf`. */
  readonly byAddress: Map<string | number, SeenAddress>
  /** The address of the last request, which is the address of most requests. */
  last: SeenAddress | null
  /** Since when there is something to report; 0 for nothing. */
  sinceMs: number
  /** When a question last took something along. */
  takenMs: number
  /** Since when a request has been waiting to report. */
  waitingSinceMs: number
  /** From when on the authority can write what it was told; 0 if it has. */
  writableAtMs: number
}

export interface SeenAddress {
  readonly address: Address | null
  readonly counts: AddressCounts
}

export function noUnreportedUse(): UnreportedUse {
  return {
    allowed: 0,
    refused: new Map(),
    firstAllowedMs: 0,
    lastAllowedMs: 0,
    byAddress: new Map(),
    last: null,
    sinceMs: 0,
    takenMs: -Infinity,
    waitingSinceMs: -Infinity,
    writableAtMs: 0,
  }
}

export function toUseReport(use: UnreportedUse, sentMs: number): UseReport {
  const { allowed, refused, firstAllowedMs, lastAllowedMs, byAddress } = use
  const addresses = [...byAddress.values()].map(({ address, counts }) => ({
    address: address === null ? null : formatAddress(address),
    ...counts,
  }))
  const outcomes = { allowed, refused: Object.fromEntries(refused) }
  return { sentMs, ...outcomes, firstAllowedMs, lastAllowedMs, addresses }
}

export function clearUse(use: UnreportedUse): void {
  use.allowed = 0
  use.refused.clear()
  use.firstAllowedMs = 0
  use.lastAllowedMs = 0
  use.byAddress.clear()
  use.last = null
  use.sinceMs = 0
}

/** Names an address without formatting it: IPv4 by its number. */
export function nameOf(address: Address | null): string | number {
  if (address === null) return ''
  const { family, words } = address
  return family === 4 ? (words[0] ?? 0) : words.join(':')
}

export function isSameAddress(a: Address | null, b: Address | null): boolean {
  if (a === null || b === null) return a === b
  if (a.family !== b.family || a.words[0] !== b.words[0]) return false
  if (a.family === 4) return true
  return a.words[1] === b.words[1] && a.words[2] === b.words[2] && a.words[3] === b.words[3]
}

export function dropFirstAddress(byAddress: UnreportedUse['byAddress']): void {
  for (const first of byAddress.keys()) {
    byAddress.delete(first)
    return
  }
}
