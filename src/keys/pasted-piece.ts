// Reads one piece of a text that was pasted into an IP ACL. It may be a range, a wildcard, an address with a
// netmask, or an address with a port, brackets, full-width digits or a full stop. A piece with two possible
// meanings (10/8, 010.0.0.1) is not read.

import {
  type AddressRange,
  bitsOf,
  blockAround,
  networksOf,
  readAddressNumber,
} from './address-range.ts'
import { parseAddress } from './address.ts'
import { formatNetwork, parseCidr } from './cidr.ts'

/** An IPv4 range needs at most 62 networks; longer suggestions would not help. */
export const MAX_SUGGESTED = 64
/** In characters: two full IPv6 addresses and a separator. Bounds the patterns below. */
const MAX_PIECE_LENGTH = 100

/** The canonical networks that a piece stands for, at most 64; null if that is not certain. */
export function networksOfPiece(text: string): readonly string[] | null {
  const piece = text.trim().replace(/\.$/, '')
  if (piece === '' || piece.length > MAX_PIECE_LENGTH) return null
  // A fast path for addresses and networks, of which long lists consist.
  const network = parseCidr(
    isBareAddress(piece) ? `${piece}/${piece.includes(':') ? 128 : 32}` : piece,
  )
  if (network.ok) return [formatNetwork(network.value)]
  const range = readPiece(piece)
  const networks = range === null ? null : networksOf(range, MAX_SUGGESTED)
  return networks !== null && networks.every(isCanonical) ? networks : null
}

/**
 * More combining marks in a row than any text needs (UAX #15 §13). To bring them into order can take the
 * square of their number.
 */
const MANY_MARKS = /\p{M}{31}/u

/** Normalises one line: full-width characters (NFKC), and dashes, slashes and invisible characters. */
export function plainText(text: string): string {
  const line = MANY_MARKS.test(text) ? text : text.normalize('NFKC')
  return line
    .replaceAll(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, '')
    .replaceAll(/[\u2010-\u2015\u2212]/g, '-')
    .replaceAll('\u3002', '.')
    .replaceAll(/[\u2044\u2215\\]/g, '/')
    .trim()
}

/** An address on its own, without a prefix length. */
export function isBareAddress(text: string): boolean {
  return parseAddress(text) !== null
}

/**
 * Whether no client can have the address, because it lies in 0.0.0.0/8 or 224.0.0.0/3. Beside another address
 * it is probably a mask.
 */
export function isMaskLike(text: string): boolean {
  const address = parseAddress(text)
  if (address?.family !== 4) return false
  const octet = (address.words[0] ?? 0) >>> 24
  return octet === 0 || octet >= 224
}

function readPiece(piece: string): AddressRange | null {
  const text = piece
    .replaceAll(/["'`]/g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([./-]) ?/g, '$1')
    .trim()
  return (
    readNetwork(text) ??
    readNetwork(stripDecoration(text)) ??
    readSpan(text) ??
    readWildcard(text) ??
    readMasked(text)
  )
}

/** An address or a network; host bits are ignored. */
function readNetwork(text: string): AddressRange | null {
  const parsed = parseCidr(text)
  const written = parsed.ok ? formatNetwork(parsed.value) : parsed.error.suggestion
  if (written === undefined) return null
  const [addressText = '', prefix] = written.split('/')
  const address = readAddressNumber(addressText)
  return address === null ? null : blockAround(address, Number(prefix))
}

/** Strips brackets, a port and a zone id. A zone id has no meaning on another host. */
function stripDecoration(piece: string): string {
  return piece
    .replace(/^[<(](.*)[>)]$/, '$1')
    .replace(/%[\w.-]+/, '')
    .replace(/^\[([^[\]]*)\](?::\d{1,5})?/, '$1')
    .replace(/^([\d.]+(?:\/\d+)?):\d{1,5}$/, '$1')
}

/** `10.0.0.1-10.0.0.9`, or `10.0.0.1-9` for short. */
function readSpan(piece: string): AddressRange | null {
  const [start = '', end = '', ...more] = piece.split('-')
  const whole = /^\d{1,3}$/.test(end) ? start.replace(/\d+$/, end) : end
  const [first, last] = [readAddressNumber(start), readAddressNumber(whole)]
  if (more.length > 0 || first === null || first.family !== last?.family) return null
  if (first.value > last.value) return null
  return { family: first.family, first: first.value, last: last.value }
}

/** `10.1.*.*`, or `10.1.*` for short. After the first asterisk or x come only more of them. */
function readWildcard(piece: string): AddressRange | null {
  const [, given = '', stars = ''] = /^((?:\d{1,3}\.){0,3})([*x](?:\.[*x])*)$/i.exec(piece) ?? []
  const octets = given.split('.').slice(0, -1)
  const written = octets.length + stars.split('.').length
  if (stars === '' || written > 4 || (octets.length === 0 && written < 4)) return null
  const address = readAddressNumber([...octets, '0', '0', '0', '0'].slice(0, 4).join('.'))
  return address === null ? null : blockAround(address, 8 * octets.length)
}

/** A netmask after a slash or a space, or a router's wildcard mask, which is an inverted netmask. */
function readMasked(piece: string): AddressRange | null {
  const [, text = '', maskText = ''] =
    /^([^ /]+)(?:\/| (?:(?:net)?mask )?)([^ /]+)$/i.exec(piece) ?? []
  const [address, mask] = [readAddressNumber(text), readAddressNumber(maskText)]
  if (address === null || mask === null || address.family !== mask.family) return null
  const bits = bitsOf(address.family)
  const all = (1n << BigInt(bits)) - 1n
  // Mask 0.0.0.0 means all addresses as a netmask, one as a wildcard mask. 0.0.0.0 255.255.255.255 is as
  // unclear.
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

/** Whether an entry is valid and canonical. The Workers' address and an IPv4-mapped part of a range are not. */
function isCanonical(entry: string): boolean {
  const parsed = parseCidr(entry)
  return parsed.ok && formatNetwork(parsed.value) === entry
}
