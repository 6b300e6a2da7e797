// Address ranges as whole numbers. Only for text that a person entered, never on a request's path.

import { type Address, formatAddress, parseAddress, unmapAddress } from './address.ts'

/** An address as a number. An IPv4-mapped address counts as IPv4. */
export interface AddressNumber {
  readonly family: 4 | 6
  readonly value: bigint
}

export interface AddressRange {
  readonly family: 4 | 6
  readonly first: bigint
  readonly last: bigint
}

export function bitsOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128
}

export function readAddressNumber(text: string): AddressNumber | null {
  const parsed = parseAddress(text)
  if (parsed === null) return null
  const { family, words } = unmapAddress(parsed)
  return { family, value: words.reduce((sum, word) => (sum << 32n) + BigInt(word), 0n) }
}

/** The addresses that share their first `prefix` bits with this one. */
export function blockAround({ family, value }: AddressNumber, prefix: number): AddressRange {
  const hostBits = BigInt(bitsOf(family) - prefix)
  const first = (value >> hostBits) << hostBits
  return { family, first, last: first + (1n << hostBits) - 1n }
}

/**
 * The fewest networks that make up a range, as text. From the start of the range, each step takes the
 * widest network that fits. Null after more than `max` networks.
 */
export function networksOf({ family, first, last }: AddressRange, max: number): string[] | null {
  const networks: { readonly start: bigint; readonly hostBits: number }[] = []
  for (let start = first; start <= last;) {
    if (networks.length === max) return null
    const aligned = start === 0n ? bitsOf(family) : log2(start & -start)
    const hostBits = Math.min(aligned, log2(last - start + 1n))
    networks.push({ start, hostBits })
    start += 1n << BigInt(hostBits)
  }
  return networks.map(({ start, hostBits }) => {
    return `${formatAddress(toAddress(family, start))}/${bitsOf(family) - hostBits}`
  })
}

/** Rounded down. */
function log2(value: bigint): number {
  return value.toString(2).length - 1
}

function toAddress(family: 4 | 6, value: bigint): Address {
  const shifts = family === 4 ? [0n] : [96n, 64n, 32n, 0n]
  return { family, words: shifts.map((shift) => Number((value >> shift) & 0xffffffffn)) }
}
