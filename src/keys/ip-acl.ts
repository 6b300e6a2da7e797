// An IP ACL compiled to sorted, disjoint ranges for each family. Binary search matches an address without
// allocation. IPv4 addresses are matched against IPv4 entries only, and IPv6 addresses against IPv6 entries.
// The ranges are typed arrays, because an isolate keeps thousands of compiled ACLs.

import type { Address } from './address.ts'
import { hostMask, isSharedByWorkers, type Network, parseCidr } from './cidr.ts'

/**
 * The ranges of each family in ascending order; none touches the next. A range is the words of its first
 * address, then those of its last: 8 bytes for IPv4, 32 for IPv6.
 */
export interface IpAcl {
  readonly 4: Uint32Array
  readonly 6: Uint32Array
}

type Words = readonly number[]

/**
 * Compiles stored entries (canonical CIDR text). Throws a TypeError if an entry does not parse. It must not
 * be skipped: an ACL without entries lets everybody in.
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

/** Whether the ACL has no entries. It then matches nothing; the caller decides what that means. */
export function isEmptyIpAcl(acl: IpAcl): boolean {
  return acl[4].length === 0 && acl[6].length === 0
}

/** The size of a compiled ACL, for a cache that is bounded in bytes. */
export function byteSizeOfIpAcl(acl: IpAcl): number {
  return acl[4].byteLength + acl[6].byteLength
}

/** Whether an entry of the ACL contains the address. The address that all Workers share never matches. */
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

/** Whether each range lies in one of the others. Both are sorted and disjoint, so one pass is enough. */
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
 * The sorted ranges of the networks; ranges that overlap or touch are merged. Two networks are either nested
 * or disjoint, and the wider one sorts first. So a network that starts within the range before lies in it.
 */
function rangesOf(networks: readonly Network[], width: number): Uint32Array {
  const ranges = new Uint32Array(2 * width * networks.length)
  let end = 0
  for (const { address, prefix } of networks.toSorted(byFirstAddress)) {
    const { words } = address
    const before = end - width // index of the last address of the range before
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

/** Whether `words` is the address that follows the one at `at`. */
function isNext(words: Words, others: Uint32Array, at: number): boolean {
  let carry = 1
  for (let i = words.length - 1; i >= 0; i--) {
    const sum = (others[at + i] ?? 0) + carry
    if (words[i] !== sum >>> 0) return false
    carry = sum > 0xffffffff ? 1 : 0
  }
  return carry === 0
}

/** The first entry that contains the address, by the rules of `matchesIpAcl`; null if none does. */
export function matchingEntry(entries: readonly string[], address: Address): string | null {
  return entries.find((entry) => matchesIpAcl(compileIpAcl([entry]), address)) ?? null
}

/** Compares two addresses, as `toSorted` expects; the words of the second start at `at`. */
function compare(words: Words, others: ArrayLike<number>, at = 0): number {
  for (let i = 0; i < words.length; i++) {
    const difference = (words[i] ?? 0) - (others[at + i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
