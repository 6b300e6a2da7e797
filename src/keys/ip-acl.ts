// An IP ACL compiled to the sorted, disjoint ranges of each family, matched by binary search without
// allocation. An IPv4 address is matched against IPv4 entries only, an IPv6 address against IPv6
// entries only. Plain numbers throughout: an isolate keeps thousands of these.

import type { Address } from './address.ts'
import { hostMask, isSharedByWorkers, type Network, parseCidr } from './cidr.ts'

/**
 * For each family the ranges in ascending order, none touching the next: the words of the first
 * address, then those of the last, 8 bytes a range of IPv4 and 32 a range of IPv6.
 */
export interface IpAcl {
  readonly 4: Uint32Array
  readonly 6: Uint32Array
}

type Words = readonly number[]

/**
 * Compiles stored entries (canonical CIDR text). An entry that does not parse throws: it was not
 * written by us, and skipping it could turn a fence into an open field.
 */
export function compileIpAcl(entries: readonly string[]): IpAcl {
  const networks: Record<4 | 6, Network[]> = { 4: [], 6: [] }
  for (const entry of entries) {
    const network = parseCidr(entry)
    if (!network.ok) throw new TypeError(`Cannot compile an IP ACL: ${network.error.code}`)
    networks[network.value.address.family].push(network.value)
  }
  return { 4: rangesOf(networks[4], 1), 6: rangesOf(networks[6], 4) }
}

/** Whether the ACL was compiled from no entries. Then it matches nothing; what that means is for the caller. */
export function isEmptyIpAcl(acl: IpAcl): boolean {
  return acl[4].length === 0 && acl[6].length === 0
}

/** What a compiled ACL takes up, for a cache that is bounded in bytes. */
export function byteSizeOfIpAcl(acl: IpAcl): number {
  return acl[4].byteLength + acl[6].byteLength
}

/** Whether an entry of the ACL contains the address. The one that all Workers share matches none. */
export function matchesIpAcl(acl: IpAcl, address: Address): boolean {
  const { words } = address
  const ranges = acl[address.family]
  const width = words.length
  let low = 0
  let high = ranges.length / (2 * width)
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = middle * 2 * width
    if (compare(words, ranges, at) < 0) high = middle
    else if (compare(words, ranges, at + width) > 0) low = middle + 1
    else return !isSharedByWorkers(address)
  }
  return false
}

/** Whether the other ACL matches every address that this one matches. */
export function isWithinIpAcl(acl: IpAcl, other: IpAcl): boolean {
  return areWithin(acl[4], other[4], 1) && areWithin(acl[6], other[6], 4)
}

/** Of ranges in order that do not touch: each must lie in one of the others, which are passed once. */
function areWithin(ranges: Uint32Array, others: Uint32Array, width: number): boolean {
  let other = 0
  for (let at = 0; at < ranges.length; at += 2 * width) {
    const first = [...ranges.subarray(at, at + width)]
    const last = [...ranges.subarray(at + width, at + 2 * width)]
    while (other < others.length && compare(first, others, other + width) > 0) other += 2 * width
    if (other === others.length) return false
    if (compare(first, others, other) < 0 || compare(last, others, other + width) > 0) return false
  }
  return true
}

/**
 * The ranges in order, those that overlap or touch made one. Of two networks one holds the other or
 * they share nothing, so what starts within the range before it lies in there, the wider sorted first.
 */
function rangesOf(networks: readonly Network[], width: number): Uint32Array {
  const ranges = new Uint32Array(2 * width * networks.length)
  let end = 0
  for (const { address, prefix } of networks.toSorted(byFirstAddress)) {
    const { words } = address
    const before = end - width // where the last address of the range before is
    if (end > 0 && compare(words, ranges, before) <= 0) continue
    if (end === 0 || !isNext(words, ranges, before)) {
      ranges.set(words, end)
      end += 2 * width
    }
    for (let i = 0; i < width; i++) {
      ranges[end - width + i] = (words[i] ?? 0) | hostMask(prefix, i)
    }
  }
  return ranges.slice(0, end)
}

function byFirstAddress(a: Network, b: Network): number {
  return compare(a.address.words, b.address.words) || a.prefix - b.prefix
}

/** Whether an address is the one after another, whose words start at `at`. */
function isNext(words: Words, others: Uint32Array, at: number): boolean {
  let carry = 1
  for (let i = words.length - 1; i >= 0; i--) {
    const sum = (others[at + i] ?? 0) + carry
    if (words[i] !== sum >>> 0) return false
    carry = sum > 0xffffffff ? 1 : 0
  }
  return carry === 0
}

/** The first of the entries that contains the address, by the same rules; null where none does. */
export function matchingEntry(entries: readonly string[], address: Address): string | null {
  return entries.find((entry) => matchesIpAcl(compileIpAcl([entry]), address)) ?? null
}

/** The order of two addresses, the second one's words starting at `at`. */
function compare(words: Words, others: ArrayLike<number>, at = 0): number {
  for (let i = 0; i < words.length; i++) {
    const difference = (words[i] ?? 0) - (others[at + i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
