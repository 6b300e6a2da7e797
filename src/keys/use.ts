// The use of a key, as it is counted: requests by outcome and by address. All times are in milliseconds since
// 1970, and 0 stands for never.

/** What came from an address. */
export interface AddressCounts {
  allowed: number
  refused: number
  firstMs: number
  lastMs: number
  lastAllowedMs: number
  /** Of the refused requests, those that the IP ACL refused. */
  denied: number
  lastDeniedMs: number
  /** Of the allowed requests, those that the IP ACL would have refused outside mode `report`. */
  reported: number
  lastReportedMs: number
  /** The first request that was denied or reported. */
  firstDenialMs: number
}

export interface AddressUse extends AddressCounts {
  /** Null if unreadable. */
  readonly address: string | null
}

/** Requests by outcome. */
export interface Outcomes {
  allowed: number
  /** By the code of the refusal. */
  readonly refused: Record<string, number>
}

export interface Use extends Outcomes {
  /** The first and the last allowed request. */
  firstAllowedMs: number
  lastAllowedMs: number
  /** Bounded, so their sums may be less than the outcomes. */
  readonly addresses: AddressUse[]
}

/** What a location reports of a key. A request is in one report. */
export interface UseReport extends Readonly<Use> {
  /** When it was made, by the clock of the location, as all of its times. */
  readonly sentMs: number
}

export function noUse(): Use {
  return { allowed: 0, refused: {}, firstAllowedMs: 0, lastAllowedMs: 0, addresses: [] }
}

export function noCounts(): AddressCounts {
  return {
    allowed: 0,
    refused: 0,
    firstMs: 0,
    lastMs: 0,
    lastAllowedMs: 0,
    denied: 0,
    lastDeniedMs: 0,
    reported: 0,
    lastReportedMs: 0,
    firstDenialMs: 0,
  }
}

export function addOutcomes(sum: Outcomes, { allowed, refused }: Readonly<Outcomes>): void {
  sum.allowed += allowed
  for (const [code, count] of Object.entries(refused)) {
    sum.refused[code] = (sum.refused[code] ?? 0) + count
  }
}

/** Adds the use of some time to a sum. */
export function addUse(sum: Use, added: Readonly<Use>): void {
  addOutcomes(sum, added)
  sum.firstAllowedMs = firstOf(sum.firstAllowedMs, added.firstAllowedMs)
  sum.lastAllowedMs = Math.max(sum.lastAllowedMs, added.lastAllowedMs)
  const addresses = mergeAddresses([...sum.addresses, ...added.addresses])
  sum.addresses.splice(0, Infinity, ...addresses)
}

/** Each address once, with the sum of its counts. */
export function mergeAddresses(listed: readonly AddressUse[]): AddressUse[] {
  const byAddress = new Map<string | null, AddressUse>()
  for (const one of listed) {
    const sum = byAddress.get(one.address)
    if (sum === undefined) byAddress.set(one.address, { ...one })
    else addCounts(sum, one)
  }
  return [...byAddress.values()]
}

/** How many requests were refused, for whatever reason. */
export function refusedCount({ refused }: Readonly<Outcomes>): number {
  return Object.values(refused).reduce((sum, count) => sum + count, 0)
}

function addCounts(sum: AddressCounts, added: Readonly<AddressCounts>): void {
  sum.allowed += added.allowed
  sum.refused += added.refused
  sum.denied += added.denied
  sum.reported += added.reported
  sum.firstMs = firstOf(sum.firstMs, added.firstMs)
  sum.firstDenialMs = firstOf(sum.firstDenialMs, added.firstDenialMs)
  sum.lastMs = Math.max(sum.lastMs, added.lastMs)
  sum.lastAllowedMs = Math.max(sum.lastAllowedMs, added.lastAllowedMs)
  sum.lastDeniedMs = Math.max(sum.lastDeniedMs, added.lastDeniedMs)
  sum.lastReportedMs = Math.max(sum.lastReportedMs, added.lastReportedMs)
}

export function firstOf(a: number, b: number): number {
  if (a === 0 || b === 0) return Math.max(a, b)
  return Math.min(a, b)
}
