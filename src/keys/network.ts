// The network of a client's address, as text. What is limited by address counts by network.

import type { Address } from './address.ts'
import { formatNetwork, maskWords } from './cidr.ts'

/** Prefix lengths by family. */
export interface Prefixes {
  readonly 4: number
  readonly 6: number
}

/** The smallest network of one client: an IPv4 address, or an IPv6 /64, since one host can use all of it. */
export const OWN_NETWORK: Prefixes = { 4: 32, 6: 64 }

/** The network of an address as text; '' if the address is unreadable. */
export function networkOf(address: Address | null, prefixes: Prefixes): string {
  if (address === null) return ''
  const { family, words } = address
  const prefix = prefixes[family]
  return formatNetwork({ address: { family, words: maskWords(words, prefix) }, prefix })
}
