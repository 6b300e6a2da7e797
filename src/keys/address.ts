// IP addresses as text and as numbers. Strict: an address has the forms of RFC 4291 §2.2 and four
// plain decimal octets, nothing else (no octal, hex, short or zone forms). IPv6 groups are split by
// ipaddr.js, which is stricter than needed there; what it reads too loosely is guarded here: zone
// ids, and a dotted tail, whose octets it takes in octal or hex and whose `::1.2.3.4` it maps.

import ipaddr from 'ipaddr.js'

export interface Address {
  readonly family: 4 | 6
  /** Unsigned 32-bit words, most significant first: one for IPv4, four for IPv6. */
  readonly words: readonly number[]
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?=\d)|$)){4}$/
const IPV6_LONGEST = 45 // "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"

/** Reads one address as it stands, or null. An IPv4-mapped IPv6 address stays IPv6: see `unmapped`. */
export function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** An IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) as the IPv4 address it is; others unchanged. */
export function unmapped(address: Address): Address {
  return isMapped(address) ? { family: 4, words: [address.words[3] ?? 0] } : address
}

/** Whether the address lies in ::ffff:0:0/96. */
export function isMapped({ family, words }: Address): boolean {
  return family === 6 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff
}

/** The canonical text: dotted decimal, or RFC 5952. */
export function formatAddress({ family, words }: Address): string {
  if (family === 4) {
    const word = words[0] ?? 0
    return [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255].join('.')
  }
  return new ipaddr.IPv6(words.flatMap((w) => [w >>> 16, w & 0xffff])).toRFC5952String()
}

function parseIpv4(text: string): Address | null {
  if (!IPV4.test(text)) return null
  let word = 0
  for (const octet of text.split('.')) word = word * 256 + Number(octet)
  return { family: 4, words: [word] }
}

function parseIpv6(text: string): Address | null {
  if (text.length > IPV6_LONGEST) return null
  const hex = text.includes('.') ? dottedTailAsHex(text) : text
  if (hex === null || !/^[0-9a-f:]+$/i.test(hex)) return null
  const groups = ipv6Groups(hex)
  if (groups === null) return null
  const words = [0, 2, 4, 6].map((i) => (groups[i] ?? 0) * 0x10000 + (groups[i + 1] ?? 0))
  return { family: 6, words }
}

/** Parsed once: `isValid` of ipaddr.js does all that `parse` does. */
function ipv6Groups(hex: string): readonly number[] | null {
  try {
    return ipaddr.IPv6.parse(hex).parts
  } catch {
    return null
  }
}

function dottedTailAsHex(text: string): string | null {
  const at = text.lastIndexOf(':') + 1
  const word = parseIpv4(text.slice(at))?.words[0]
  if (word === undefined) return null
  return `${text.slice(0, at)}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`
}
