// What addresses have in common: the network of an address, as text.

import type { Address } from '../keys/address.ts'
import { formatNetwork, maskWords } from '../keys/cidr.ts'

/** Prefix lengths by family. */
export interface Prefixes {
  readonly 4: number
  readonly 6: number
}

/** A customer at the least: an address of IPv4, and in IPv6 a /64, since it has every address in it. */
export const OWN_NETWORK: Prefixes = { 4: 32, 6: 64 }

/** The network of an address as text; '' where the address is unreadable. */
export function networkOf(address: Address | null, prefixes: Prefixes): string {
  if (address === null) return ''
  const { family, words } = address
  const prefix = prefixes[family]
  return formatNetwork({ address: { family, words: maskWords(words, prefix) }, prefix })
}
