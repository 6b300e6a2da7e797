// Warns about entries of an IP ACL that are valid but probably a mistake. No client on the internet can match
// them, or they cover a large part of it. A warning refuses nothing.

import { maskWords, type Network, parseCidr } from './cidr.ts'

export const ENTRY_WARNINGS = ['never_matches', 'very_wide'] as const

export interface EntryWarning {
  /** JSON Pointer to the entry in the key's `ip_acl`, as stored. */
  readonly pointer: string
  readonly code: (typeof ENTRY_WARNINGS)[number]
  readonly detail: string
}

/** Prefix lengths by family. A network of one owner is seldom wider. */
const WIDEST_PREFIX = { 4: 8, 6: 16 }

/** Ranges that are never the source of a packet on the internet. */
const NEVER_PUBLIC = [
  ['private', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
  ['loopback', '127.0.0.0/8', '::1/128'],
  ['link-local', '169.254.0.0/16', 'fe80::/10'],
  ['documentation', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'],
  ['documentation', '2001:db8::/32', '3fff::/20'],
  ['multicast', '224.0.0.0/4', 'ff00::/8'],
  ['reserved', '240.0.0.0/4'],
  ['multicast and reserved', '224.0.0.0/3'],
].flatMap(([kind = '', ...ranges]) => ranges.map((range) => ({ kind, range: networkOf(range) })))

/** At most one warning per entry; `entries` are canonical. */
export function entryWarnings(entries: readonly string[]): EntryWarning[] {
  return entries.flatMap((entry, index) => {
    const warning = warningOf(entry, networkOf(entry))
    return warning === null ? [] : [{ pointer: `/ip_acl/${index}`, ...warning }]
  })
}

function warningOf(entry: string, network: Network): Omit<EntryWarning, 'pointer'> | null {
  const unreachable = NEVER_PUBLIC.find(({ range }) => contains(range, network))
  if (unreachable !== undefined) {
    const detail = `${entry} is ${unreachable.kind} address space: no client on the internet calls from there`
    return { code: 'never_matches', detail }
  }
  const widest = WIDEST_PREFIX[network.address.family]
  if (network.prefix >= widest) return null
  const detail = `${entry} is wider than a /${widest}: it lets in a large part of the internet`
  return { code: 'very_wide', detail }
}

function contains(range: Network, { address, prefix }: Network): boolean {
  const first = maskWords(address.words, range.prefix)
  return (
    address.family === range.address.family &&
    prefix >= range.prefix &&
    first.every((word, i) => word === range.address.words[i])
  )
}

function networkOf(entry: string): Network {
  const network = parseCidr(entry)
  if (!network.ok) throw new TypeError(`Cannot check an ACL entry: ${network.error.code}`)
  return network.value
}
