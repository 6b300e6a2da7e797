// The requests from an address that a key's IP ACL refused, or would have refused outside mode `report`. It is one
// view of the use of a key.

import { type AddressUse, noCounts } from './use.ts'

export interface Denial {
  /** Null if unreadable. */
  readonly address: string | null
  readonly count: number
  readonly firstAtMs: number
  readonly lastAtMs: number
  /** False if the last request was only reported. */
  readonly enforced: boolean
}

/** The denials among the requests from an address; null if there are none. */
export function toDenial(use: AddressUse): Denial | null {
  const { address, denied, reported, firstDenialMs, lastDeniedMs, lastReportedMs } = use
  if (denied + reported === 0) return null
  return {
    address,
    count: denied + reported,
    firstAtMs: firstDenialMs,
    lastAtMs: Math.max(lastDeniedMs, lastReportedMs),
    enforced: lastDeniedMs >= lastReportedMs,
  }
}

/** The use that a version tells which counts denials alone. */
export function fromDenial({ address, count, firstAtMs, lastAtMs, enforced }: Denial): AddressUse {
  const counts = { ...noCounts(), firstMs: firstAtMs, lastMs: lastAtMs, firstDenialMs: firstAtMs }
  return enforced
    ? { ...counts, address, refused: count, denied: count, lastDeniedMs: lastAtMs }
    : { ...counts, address, reported: count, lastReportedMs: lastAtMs }
}
