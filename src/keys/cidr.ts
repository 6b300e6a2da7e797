// A strict CIDR parser for the entries of an IP ACL, and their canonical form. The contract sets the rules:
// a prefix length is needed, and host bits must be zero. An IPv4-mapped network of /96 or longer becomes its
// IPv4 network. The address that every Cloudflare Worker can call from is refused.

import { err, ok, type Result } from '../shared/result.ts'
import { type Address, formatAddress, isMapped, parseAddress, unmapAddress } from './address.ts'

export interface Network {
  readonly address: Address
  readonly prefix: number
}

export interface CidrFault {
  readonly code:
    | 'cidr_malformed'
    | 'cidr_prefix_missing'
    | 'cidr_prefix_out_of_range'
    | 'cidr_host_bits_set'
    | 'cidr_shared_by_workers'
  readonly detail: string
  /** The entry to write instead, if there is an obvious one. */
  readonly suggestion?: string
}

// Any Worker on Cloudflare calls another zone from this address:
// https://developers.cloudflare.com/fundamentals/reference/http-headers/
const WORKERS_ADDRESS = '2a06:98c0:3600::103'
const WORKERS_WORDS = parseAddress(WORKERS_ADDRESS)?.words ?? []
const MAX_PREFIX_NUMBER = 999 // beyond three digits the entry is malformed, and not merely out of range

/** Whether this is the address that all Workers on Cloudflare share. No ACL allows it. */
export function isSharedByWorkers({ words }: Address): boolean {
  return isSame(words, WORKERS_WORDS)
}

/** Parses one entry. Spaces around it are ignored. */
export function parseCidr(text: string): Result<Network, CidrFault> {
  const entry = text.trim()
  const slash = entry.indexOf('/')
  const address = parseAddress(slash === -1 ? entry : entry.slice(0, slash))
  if (address === null) return err(malformed(entry))

  const bits = address.family === 4 ? 32 : 128
  if (slash === -1) {
    if (isSharedByWorkers(address)) return err(sharedByWorkers())
    return err(prefixMissing(entry, formatNetwork(toNetwork(address, bits))))
  }
  const prefix = parsePrefix(entry.slice(slash + 1))
  if (prefix === null) return err(malformed(entry))
  if (prefix > bits) return err(prefixOutOfRange(entry, bits))

  if (hasHostBits(address.words, prefix)) {
    const first = { ...address, words: maskWords(address.words, prefix) }
    return err(hostBitsSet(entry, formatNetwork(toNetwork(first, prefix))))
  }
  if (isSharedByWorkers(address)) return err(sharedByWorkers())
  return ok(toNetwork(address, prefix))
}

/** The canonical text of a network, such as "10.0.0.0/8" or "2001:db8::/32". */
export function formatNetwork({ address, prefix }: Network): string {
  return `${formatAddress(address)}/${prefix}`
}

/** Keeps the first `prefix` bits of an address and sets the others to zero. */
export function maskWords(words: readonly number[], prefix: number): number[] {
  return words.map((word, i) => (word & ~hostMask(prefix, i)) >>> 0)
}

/** The bits of word `i` of an address that come after its first `prefix` bits. */
export function hostMask(prefix: number, i: number): number {
  const kept = prefix - 32 * i
  if (kept <= 0) return 0xffffffff
  return kept < 32 ? 0xffffffff >>> kept : 0
}

/** A plain decimal number without leading zeros, or null. */
function parsePrefix(text: string): number | null {
  const prefix = Number(text)
  const isPlain = Number.isInteger(prefix) && String(prefix) === text
  return isPlain && prefix >= 0 && prefix <= MAX_PREFIX_NUMBER ? prefix : null
}

function hasHostBits(words: readonly number[], prefix: number): boolean {
  for (let i = 0; i < words.length; i++) {
    if (((words[i] ?? 0) & hostMask(prefix, i)) !== 0) return true
  }
  return false
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false
  }
  return true
}

function toNetwork(address: Address, prefix: number): Network {
  return prefix >= 96 && isMapped(address)
    ? { address: unmapAddress(address), prefix: prefix - 96 }
    : { address, prefix }
}

function malformed(entry: string): CidrFault {
  return {
    code: 'cidr_malformed',
    detail: `"${shorten(entry)}" is not a network in CIDR form; write one such as 203.0.113.0/24 or 2001:db8::/32`,
  }
}

function prefixMissing(entry: string, suggestion: string): CidrFault {
  return {
    code: 'cidr_prefix_missing',
    detail: `"${shorten(entry)}" is an address without a prefix length; for this one address write ${suggestion}`,
    suggestion,
  }
}

function prefixOutOfRange(entry: string, bits: number): CidrFault {
  return {
    code: 'cidr_prefix_out_of_range',
    detail: `"${shorten(entry)}" has a prefix length above ${bits}; use 0 to ${bits}`,
  }
}

function hostBitsSet(entry: string, suggestion: string): CidrFault {
  return {
    code: 'cidr_host_bits_set',
    detail: `"${shorten(entry)}" has bits set beyond its prefix length; the network is ${suggestion}`,
    suggestion,
  }
}

function sharedByWorkers(): CidrFault {
  return {
    code: 'cidr_shared_by_workers',
    detail: `${WORKERS_ADDRESS}/128 is the address of every Worker on Cloudflare, anybody's; leave it out`,
  }
}

/** Cuts what the customer typed, between code points, to a length that fits into an error. */
function shorten(entry: string): string {
  const start = /^.{0,64}/su.exec(entry)?.[0] ?? ''
  return start === entry ? entry : `${start}…`
}
