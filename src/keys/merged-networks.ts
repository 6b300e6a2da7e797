// A list of networks as the fewest that hold exactly the same addresses: what lies within another goes, and
// neighbours that make up a wider network become that one.

import { type AddressRange, networksOf } from './address-range.ts'
import { compileIpAcl } from './ip-acl.ts'

/** Canonical entries in, canonical entries out, in ascending order; null where they are more than `most`. */
export function mergeNetworks(entries: readonly string[], most: number): string[] | null {
  const acl = compileIpAcl(entries)
  const merged: string[] = []
  for (const range of [...rangesOf(acl[4], 4), ...rangesOf(acl[6], 6)]) {
    const networks = networksOf(range, most - merged.length)
    if (networks === null) return null
    merged.push(...networks)
  }
  return merged
}

/** The ranges of a compiled ACL, of which none touches the next. */
function rangesOf(words: Uint32Array, family: 4 | 6): AddressRange[] {
  const width = family === 4 ? 1 : 4
  const numberAt = (at: number) =>
    words.subarray(at, at + width).reduce((sum, word) => (sum << 32n) + BigInt(word), 0n)
  return Array.from({ length: words.length / (2 * width) }, (_, i) => {
    const at = 2 * width * i
    return { family, first: numberAt(at), last: numberAt(at + width) }
  })
}
