// Merges a list of networks into the fewest that hold exactly the same addresses. A network within another
// one is dropped. Neighbours that together make a wider network become that network.

import { type AddressRange, networksOf } from './address-range.ts'
import { compileIpAcl } from './ip-acl.ts'

/**
 * Takes canonical entries; answers canonical entries in ascending order, or null if they are more than
 * `max`.
 */
export function mergeNetworks(entries: readonly string[], max: number): string[] | null {
  const acl = compileIpAcl(entries)
  const merged: string[] = []
  for (const range of [...rangesOf(acl[4], 4), ...rangesOf(acl[6], 6)]) {
    const networks = networksOf(range, max - merged.length)
    if (networks === null) return null
    merged.push(...networks)
  }
  return merged
}

/** The ranges of one family of a compiled ACL. */
function rangesOf(words: Uint32Array, family: 4 | 6): AddressRange[] {
  const width = family === 4 ? 1 : 4
  const numberAt = (at: number) =>
    words.subarray(at, at + width).reduce((sum, word) => (sum << 32n) + BigInt(word), 0n)
  return Array.from({ length: words.length / (2 * width) }, (_, i) => {
    const at = 2 * width * i
    return { family, first: numberAt(at), last: numberAt(at + width) }
  })
}
