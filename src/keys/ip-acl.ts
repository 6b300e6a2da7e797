// An IP ACL compiled to the sorted, disjoint ranges of each family, matched by binary search without
// allocation. An IPv4 address is matched against IPv4 entries only, an IPv6 address against IPv6
// entries only. Plain numbers throughout: an isolate keeps thousands of these.

import type { Address } from './address.ts'
import { isSharedByWorkers, masked, parseCidr } from './cidr.ts'

/**
 * For each family the ranges in ascending order, none touching the next: the words of the first
 * address, then those of the last, 8 bytes a range of IPv4 and 32 a range of IPv6.
 */
export interface IpAcl {
  readonly 4: Uint32Array
  readonly 6: Uint32Array
}

type Words = readonly number[]
const ALL_ONES: Words = [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]
interface Range {
  readonly first: Words
  readonly last: Words
}

/**
 * Compiles stored entries (canonical CIDR text). An entry that does not parse throws: it was not
 * written by us, and skipping it could turn a fence into an open field.
 */
export function compileIpAcl(entries: readonly string[]): IpAcl {
  const ranges: Record<4 | 6, Range[]> = { 4: [], 6: [] }
  for (const entry of entries) {
    const network = parseCidr(entry)
    if (!network.ok) throw new TypeError(`Cannot compile an IP ACL: ${network.error.code}`)
    const { address, prefix } = network.value
    ranges[address.family].push({ first: address.words, last: lastOf(address.words, prefix) })
  }
  return { 4: packed(ranges[4]), 6: packed(ranges[6]) }
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

/** The ranges in order, those that overlap or touch made one. */
function packed(ranges: readonly Range[]): Uint32Array {
  const merged: { first: Words; last: Words }[] = []
  for (const range of ranges.toSorted((a, b) => compare(a.first, b.first))) {
    const before = merged.at(-1)
    if (before === undefined || isApart(before.last, range.first)) merged.push({ ...range })
    else if (compare(range.last, before.last) > 0) before.last = range.last
  }
  return Uint32Array.from(merged.flatMap(({ first, last }) => [...first, ...last]))
}

/** Whether an address lies between `last` and a `first` that does not precede its range. */
function isApart(last: Words, first: Words): boolean {
  return compare(first, last) > 0 && compare(first, following(last)) !== 0
}

/** The next address; the one after the last of all is the first, which follows nothing. */
function following(words: Words): Words {
  const next = [...words]
  for (let i = next.length - 1; i >= 0; i--) {
    next[i] = ((next[i] ?? 0) + 1) >>> 0
    if (next[i] !== 0) break
  }
  return next
}

/** The last address of a network, by its first: all host bits set. */
function lastOf(first: Words, prefix: number): number[] {
  const network = masked(ALL_ONES, prefix)
  return first.map((word, i) => (word | ~(network[i] ?? 0)) >>> 0)
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
