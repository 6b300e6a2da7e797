// An IP ACL compiled to sorted, disjoint ranges for each family, matched by binary search.
// An IPv4 address is matched against IPv4 entries only, an IPv6 address against IPv6 entries only.

import type { Address } from './address.ts'
import { isSharedByWorkers, masked, parseCidr } from './cidr.ts'

export type IpAcl = (address: Address) => boolean

type Words = readonly number[]
interface Range {
  readonly first: Words
  readonly last: Words
}

/**
 * Compiles stored entries (canonical CIDR text) to a matcher. An entry that does not parse throws:
 * it was not written by us, and skipping it could turn a fence into an open field.
 */
export function compileIpAcl(entries: readonly string[]): IpAcl {
  const ranges: Record<4 | 6, Range[]> = { 4: [], 6: [] }
  for (const entry of entries) {
    const network = parseCidr(entry)
    if (!network.ok) throw new TypeError(`Cannot compile an IP ACL: ${network.error.code}`)
    const { address, prefix } = network.value
    ranges[address.family].push({ first: address.words, last: lastOf(address.words, prefix) })
  }
  const compiled = { 4: merged(ranges[4]), 6: merged(ranges[6]) }

  return function matches(address) {
    return !isSharedByWorkers(address) && covers(compiled[address.family], address.words)
  }
}

function covers(ranges: readonly Range[], words: Words): boolean {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const range = ranges[middle]
    if (range === undefined) return false
    if (compare(words, range.first) < 0) high = middle
    else if (compare(words, range.last) > 0) low = middle + 1
    else return true
  }
  return false
}

/** Sorted, with overlaps gone. CIDR ranges nest or are disjoint, so a range is kept or swallowed. */
function merged(ranges: readonly Range[]): Range[] {
  const kept: Range[] = []
  const widestFirst = (a: Range, b: Range) => compare(a.first, b.first) || compare(b.last, a.last)
  for (const range of ranges.toSorted(widestFirst)) {
    const before = kept.at(-1)
    if (before === undefined || compare(range.last, before.last) > 0) kept.push(range)
  }
  return kept
}

function lastOf(words: Words, prefix: number): number[] {
  const mask = masked(
    words.map(() => 0xffffffff),
    prefix,
  )
  return words.map((word, i) => (word | ~(mask[i] ?? 0)) >>> 0)
}

function compare(a: Words, b: Words): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
