// Addresses and networks as whole numbers, the slow and obvious way: what the parser and the matcher
// are held against. Shares no code with them.

import fc from 'fast-check'

export type Family = 4 | 6

export interface PlainAddress {
  readonly family: Family
  readonly value: bigint
}

export interface PlainNetwork extends PlainAddress {
  readonly prefix: number
}

export function bitsOf(family: Family): number {
  return family === 4 ? 32 : 128
}

export function firstOf({ family, value, prefix }: PlainNetwork): bigint {
  const hostBits = BigInt(bitsOf(family) - prefix)
  return (value >> hostBits) << hostBits
}

export function lastOf(network: PlainNetwork): bigint {
  return firstOf(network) + (1n << BigInt(bitsOf(network.family) - network.prefix)) - 1n
}

export function contains(network: PlainNetwork, address: PlainAddress): boolean {
  if (network.family !== address.family) return false
  return firstOf(network) <= address.value && address.value <= lastOf(network)
}

/** The value as the 32-bit words of an address. */
export function wordsOf({ family, value }: PlainAddress): number[] {
  const words: number[] = []
  for (let shift = bitsOf(family) - 32; shift >= 0; shift -= 32) {
    words.push(Number((value >> BigInt(shift)) & 0xffffffffn))
  }
  return words
}

/** The longest spelling: four octets, or eight groups of four digits. */
export function spelled({ family, value }: PlainAddress): string {
  if (family === 4) return dotted(value)
  return (value.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':')
}

export function dotted(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')
}

export function addressIn(family: Family): fc.Arbitrary<PlainAddress> {
  const max = (1n << BigInt(bitsOf(family))) - 1n
  // A few fixed values, so that networks of one list overlap, nest and touch.
  const fixed = fc.constantFrom(0n, max, max / 3n, max / 3n + 1n, 1n << BigInt(bitsOf(family) - 1))
  return fc.oneof(fixed, fc.bigInt({ min: 0n, max })).map((value) => ({ family, value }))
}

export const anyAddress = fc.oneof(addressIn(4), addressIn(6))

/** A network whose host bits are zero. */
export function networkIn(family: Family): fc.Arbitrary<PlainNetwork> {
  return fc
    .tuple(addressIn(family), fc.integer({ min: 0, max: bitsOf(family) }))
    .map(([address, prefix]) => ({ ...address, prefix }))
    .map((network) => ({ ...network, value: firstOf(network) }))
}

export const anyNetwork = fc.oneof(networkIn(4), networkIn(6))

const OCTETS = new Set(Array.from({ length: 256 }, (_, octet) => String(octet)))
const SHARED_BY_WORKERS = 0x2a0698c0360000000000000000000103n

/** Reads an address the way it is compared: an IPv4-mapped one is IPv4. Null where it is none. */
export function readAddress(text: string): PlainAddress | null {
  const address = text.includes(':') ? readIpv6(text) : readIpv4(text)
  if (address === null || address.family === 4 || address.value >> 32n !== 0xffffn) return address
  return { family: 4, value: address.value & 0xffffffffn }
}

/** Reads an entry by the contract's rules, or null where they refuse it. */
export function readNetwork(text: string): PlainNetwork | null {
  const [addressText = '', prefixText = '', ...rest] = text.trim().split('/')
  const address = addressText.includes(':') ? readIpv6(addressText) : readIpv4(addressText)
  const prefix = Number(prefixText)
  if (address === null || rest.length > 0 || String(prefix) !== prefixText) return null
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > bitsOf(address.family)) return null
  const network = { ...address, prefix }
  if (firstOf(network) !== network.value) return null
  if (prefix === 128 && network.value === SHARED_BY_WORKERS) return null
  const isMapped = network.family === 6 && prefix >= 96 && network.value >> 32n === 0xffffn
  return isMapped ? { family: 4, value: network.value & 0xffffffffn, prefix: prefix - 96 } : network
}

/** Whether a list lets an address in. */
export function allows(networks: readonly PlainNetwork[], address: PlainAddress): boolean {
  if (address.family === 6 && address.value === SHARED_BY_WORKERS) return false
  return networks.some((network) => contains(network, address))
}

function readIpv4(text: string): PlainAddress | null {
  const octets = text.split('.')
  if (octets.length !== 4 || octets.some((octet) => !OCTETS.has(octet))) return null
  return { family: 4, value: octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n) }
}

function readIpv6(text: string): PlainAddress | null {
  const tail = text.slice(text.lastIndexOf(':') + 1)
  const dottedTail = readIpv4(tail)
  if (tail.includes('.') && dottedTail === null) return null
  const hex =
    dottedTail?.value
      .toString(16)
      .padStart(8, '0')
      .replace(/(?=.{4}$)/, ':') ?? tail
  const [left = '', right, ...more] = `${text.slice(0, text.length - tail.length)}${hex}`.split(
    '::',
  )
  if (more.length > 0) return null

  const [head, rear] = [left, right ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  if (head === undefined || rear === undefined) return null
  const missing = 8 - head.length - rear.length
  if (right === undefined ? missing !== 0 : missing < 1) return null
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...rear]
  if (groups.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return null
  return { family: 6, value: BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`) }
}

/** An IPv6 address in one of all the spellings that RFC 4291 §2.2 allows. */
export const ipv6Spelling = fc
  .record({
    groups: fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 }),
    width: fc.integer({ min: 1, max: 4 }),
    upperCase: fc.boolean(),
    dottedTail: fc.boolean(),
    runStart: fc.nat(7),
    runLength: fc.nat(8),
  })
  .map(({ groups, width, upperCase, dottedTail, runStart, runLength }) => {
    const value = groups.reduce((sum, group) => sum * 0x10000n + BigInt(group), 0n)
    const digits = groups.map((group) => group.toString(16).padStart(width, '0'))
    const texts = upperCase ? digits.map((text) => text.toUpperCase()) : digits
    if (dottedTail) texts.splice(6, 2, dotted(value & 0xffffffffn))

    const zeros = groups.slice(runStart, runStart + runLength).findIndex((group) => group !== 0)
    const longest = Math.min(runLength, (dottedTail ? 6 : 8) - runStart)
    const run = zeros === -1 ? longest : Math.min(zeros, longest)
    const head = texts.slice(0, runStart).join(':')
    const text = run < 1 ? texts.join(':') : `${head}::${texts.slice(runStart + run).join(':')}`
    return { text, address: { family: 6, value } satisfies PlainAddress }
  })

/** Text of any UTF-16 code units, lone surrogates too. */
export const anyText = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff)), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units))

/** Text of the characters that addresses are made of: near misses, mostly. */
export const addressLikeText = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constant(':') },
      { weight: 3, arbitrary: fc.constantFrom('::', '0', '1', 'ffff', '00aB', '1.2.3.4', '255') },
      { weight: 1, arbitrary: fc.constantFrom('.', '256', '01', '0x1', '12345', 'g', ' ', '+') },
    ),
    { maxLength: 18 },
  )
  .map((parts) => parts.join(''))
