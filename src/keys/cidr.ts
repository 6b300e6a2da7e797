// One entry of an IP ACL: a strict CIDR parser and its canonical form. The rules are the contract's:
// a prefix length is needed, host bits must be zero, an IPv4-mapped network of /96 or longer is its
// IPv4 network, and the address that every Cloudflare Worker can call from is refused.

import { err, ok, type Result } from '../result.ts'
import { type Address, formatAddress, isMapped, parseAddress, unmapped } from './address.ts'

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
  /** The entry to write instead, where there is an obvious one. */
  readonly suggestion?: string
}

// Any Worker on Cloudflare calls another zone from this address:
// https://developers.cloudflare.com/fundamentals/reference/http-headers/
const WORKERS_ADDRESS = '2a06:98c0:3600::103'
const WORKERS_WORDS = parseAddress(WORKERS_ADDRESS)?.words ?? []
const PREFIX = /^(?:0|[1-9]\d{0,2})$/

/** Whether this is the address that all Workers on Cloudflare share. It fails every ACL. */
export function isSharedByWorkers({ words }: Address): boolean {
  return isSame(words, WORKERS_WORDS)
}

/** Parses one entry; spaces around it do not count. */
export function parseCidr(text: string): Result<Network, CidrFault> {
  const entry = text.trim()
  const [addressText = '', prefixText, ...rest] = entry.split('/')
  const address = parseAddress(addressText)
  if (address === null || rest.length > 0) return err(malformed(entry))

  const bits = address.family === 4 ? 32 : 128
  if (prefixText === undefined) {
    if (isSharedByWorkers(address)) return err(sharedByWorkers())
    return err(prefixMissing(entry, formatNetwork(toNetwork(address, bits))))
  }
  if (!PREFIX.test(prefixText)) return err(malformed(entry))
  const prefix = Number(prefixText)
  if (prefix > bits) return err(prefixOutOfRange(entry, bits))

  const words = masked(address.words, prefix)
  const network = toNetwork({ ...address, words }, prefix)
  if (!isSame(address.words, words)) return err(hostBitsSet(entry, formatNetwork(network)))
  if (isSharedByWorkers(address)) return err(sharedByWorkers())
  return ok(network)
}

/** The canonical text of a network, such as "10.0.0.0/8" or "2001:db8::/32". */
export function formatNetwork({ address, prefix }: Network): string {
  return `${formatAddress(address)}/${prefix}`
}

/** The words of an address with all but its first `prefix` bits zero. */
export function masked(words: readonly number[], prefix: number): number[] {
  return words.map((word, i) => {
    const kept = Math.min(Math.max(prefix - 32 * i, 0), 32)
    return kept === 0 ? 0 : (word & (0xffffffff << (32 - kept))) >>> 0
  })
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i])
}

function toNetwork(address: Address, prefix: number): Network {
  return isMapped(address) && prefix >= 96
    ? { address: unmapped(address), prefix: prefix - 96 }
    : { address, prefix }
}

function malformed(entry: string): CidrFault {
  return {
    code: 'cidr_malformed',
    detail: `"${shown(entry)}" is not a network in CIDR form; write one such as 203.0.113.0/24 or 2001:db8::/32`,
  }
}

function prefixMissing(entry: string, suggestion: string): CidrFault {
  return {
    code: 'cidr_prefix_missing',
    detail: `"${shown(entry)}" is an address without a prefix length; for this one address write ${suggestion}`,
    suggestion,
  }
}

function prefixOutOfRange(entry: string, bits: number): CidrFault {
  return {
    code: 'cidr_prefix_out_of_range',
    detail: `"${shown(entry)}" has a prefix length above ${bits}; use 0 to ${bits}`,
  }
}

function hostBitsSet(entry: string, suggestion: string): CidrFault {
  return {
    code: 'cidr_host_bits_set',
    detail: `"${shown(entry)}" has bits set beyond its prefix length; the network is ${suggestion}`,
    suggestion,
  }
}

function sharedByWorkers(): CidrFault {
  return {
    code: 'cidr_shared_by_workers',
    detail: `${WORKERS_ADDRESS}/128 is the address of every Worker on Cloudflare, anybody's; leave it out`,
  }
}

/** What the customer typed, short enough to repeat in an error; cut between code points. */
function shown(entry: string): string {
  const start = /^.{0,64}/su.exec(entry)?.[0] ?? ''
  return start === entry ? entry : `${start}…`
}
