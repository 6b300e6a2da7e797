// What people paste into an IP ACL that is no CIDR: ranges, wildcards, netmasks, lists, and addresses
// with a port, brackets, full-width digits or a full stop. Each is refused; where it stands for exactly
// certain networks, those are suggested. What could mean two things (10/8, 010.0.0.1) stands for none.

import {
  type AddressRange,
  bitsOf,
  blockAround,
  networksOf,
  readAddressNumber,
} from './address-range.ts'
import { type CidrFault, formatNetwork, parseCidr } from './cidr.ts'

/** A range of IPv4 needs 62 networks at most; more of them would help nobody. */
const MAX_SUGGESTED = 64
/** Two IPv6 addresses in full, and what may stand between them: a bound for the patterns below. */
const MAX_PIECE = 100

export interface EntryFault extends Omit<CidrFault, 'suggestion'> {
  /** The entry to write instead, or the entries. */
  readonly suggestion?: string | readonly string[]
}

/** A fault of `parseCidr(text)` with the networks that the text stands for, where it names none yet. */
export function explainPasted(fault: CidrFault, text: string): EntryFault {
  if (fault.code !== 'cidr_malformed') return fault
  const [first, ...others] = pastedNetworks(text)
  if (first === undefined) return fault
  const lead = fault.detail.slice(0, fault.detail.lastIndexOf(';'))
  return others.length === 0
    ? { ...fault, detail: `${lead}; write ${first}`, suggestion: first }
    : {
        ...fault,
        detail: `${lead}; write ${first} and ${others.length} more, each as an entry of its own`,
        suggestion: [first, ...others],
      }
}

/** The canonical networks that a text stands for, in its order; none where that is not certain. */
function pastedNetworks(text: string): string[] {
  const plain = plainText(text)
  const ranges =
    allRead(plain.split(/[,;\n]/)) ??
    allRead([plain.replaceAll(',', '.')]) ??
    allRead(cidrsOf(plain))
  const networks = new Set<string>()
  for (const range of ranges ?? []) {
    const some = networksOf(range, MAX_SUGGESTED)
    if (some === null) return []
    for (const network of some) networks.add(network)
    if (networks.size > MAX_SUGGESTED) return []
  }
  return [...networks].every(isTaken) ? [...networks] : []
}

/** NFKC turns full-width characters into plain ones; the rest is what it leaves, and what editors add. */
function plainText(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/["'`\u00ad\u200b-\u200d\u2060\ufeff]/g, '')
    .replaceAll(/[\u2010-\u2015\u2212]/g, '-')
    .replaceAll('\u3002', '.')
    .replaceAll(/[\u2044\u2215\\]/g, '/')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/ ?([./-]) ?/g, '$1')
    .trim()
}

/** What each piece stands for; null where one of them cannot be read. Empty ones do not count. */
function allRead(pieces: readonly string[]): AddressRange[] | null {
  const ranges: AddressRange[] = []
  for (const piece of pieces) {
    const text = piece.trim().replace(/\.$/, '')
    if (text === '') continue
    const range =
      text.length > MAX_PIECE || ranges.length === MAX_SUGGESTED ? null : readPiece(text)
    if (range === null) return null
    ranges.push(range)
  }
  return ranges.length > 0 ? ranges : null
}

/** Networks with nothing but spaces between them. */
function cidrsOf(text: string): string[] {
  const words = text.split(' ')
  return words.every((word) => word.includes('/')) ? words : []
}

function readPiece(piece: string): AddressRange | null {
  return (
    readNetwork(piece) ??
    readNetwork(withoutTrimmings(piece)) ??
    readSpan(piece) ??
    readWildcard(piece) ??
    readMasked(piece)
  )
}

/** An address, or a network, whose host bits do not count. */
function readNetwork(text: string): AddressRange | null {
  const parsed = parseCidr(text)
  const written = parsed.ok ? formatNetwork(parsed.value) : parsed.error.suggestion
  if (written === undefined) return null
  const [addressText = '', prefix] = written.split('/')
  const address = readAddressNumber(addressText)
  return address === null ? null : blockAround(address, Number(prefix))
}

/** Without brackets, a port, and a zone id, which means nothing on another host. */
function withoutTrimmings(piece: string): string {
  return piece
    .replace(/^[<(](.*)[>)]$/, '$1')
    .replace(/%[\w.-]+/, '')
    .replace(/^\[([^[\]]*)\](?::\d{1,5})?/, '$1')
    .replace(/^([\d.]+(?:\/\d+)?):\d{1,5}$/, '$1')
}

/** `10.0.0.1-10.0.0.9`, and `10.0.0.1-9` for the same. */
function readSpan(piece: string): AddressRange | null {
  const [start = '', end = '', ...more] = piece.split('-')
  const whole = /^\d{1,3}$/.test(end) ? start.replace(/\d+$/, end) : end
  const [first, last] = [readAddressNumber(start), readAddressNumber(whole)]
  if (more.length > 0 || first === null || first.family !== last?.family) return null
  if (first.value > last.value) return null
  return { family: first.family, first: first.value, last: last.value }
}

/** `10.1.*.*`, and `10.1.*` for the same: nothing but asterisks, or x, from the first of them on. */
function readWildcard(piece: string): AddressRange | null {
  const [, given = '', stars = ''] = /^((?:\d{1,3}\.){0,3})([*x](?:\.[*x])*)$/i.exec(piece) ?? []
  const octets = given.split('.').slice(0, -1)
  const written = octets.length + stars.split('.').length
  if (stars === '' || written > 4 || (octets.length === 0 && written < 4)) return null
  const address = readAddressNumber([...octets, '0', '0', '0', '0'].slice(0, 4).join('.'))
  return address === null ? null : blockAround(address, 8 * octets.length)
}

/** A netmask behind a slash or a space, or the wildcard mask of a router, which is one turned round. */
function readMasked(piece: string): AddressRange | null {
  const [, text = '', maskText = ''] =
    /^([^ /]+)(?:\/| (?:(?:net)?mask )?)([^ /]+)$/i.exec(piece) ?? []
  const [address, mask] = [readAddressNumber(text), readAddressNumber(maskText)]
  if (address === null || mask === null || address.family !== mask.family) return null
  const bits = bitsOf(address.family)
  const all = (1n << BigInt(bits)) - 1n
  // 0.0.0.0 is all addresses or one, by the kind of mask; so is 255.255.255.255 behind 0.0.0.0.
  if (mask.value === 0n || (mask.value === all && address.value === 0n)) return null
  const hosts = isLowOnes(all - mask.value) ? all - mask.value : mask.value
  return isLowOnes(hosts) ? blockAround(address, bits - onesOf(hosts)) : null
}

function isLowOnes(value: bigint): boolean {
  return (value & (value + 1n)) === 0n
}

function onesOf(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length
}

/** Whether an entry is taken as it stands: not the Workers' address, nor the mapped part of a range. */
function isTaken(entry: string): boolean {
  const parsed = parseCidr(entry)
  return parsed.ok && formatNetwork(parsed.value) === entry
}
