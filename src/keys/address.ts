// IP addresses as text and as numbers. The parser accepts four plain decimal octets and the IPv6 forms of
// RFC 4291 §2.2, nothing else (no octal, hex, short or zone forms). It makes one pass over the characters,
// without regular expressions or exceptions, because an isolate that loads a key parses up to 1 000 networks
// at once. The page uses the same code, so it has no library of its own to load.

export interface Address {
  readonly family: 4 | 6
  /** Unsigned 32-bit words, most significant first: one for IPv4, four for IPv6. */
  readonly words: readonly number[]
}

const IPV6_LONGEST = 45 // "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"
// Character codes.
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const A = 0x61
const F = 0x66

/** Parses one address; null if the text is none. An IPv4-mapped IPv6 address stays IPv6, see `unmapAddress`. */
export function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** Turns an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) into its IPv4 address; leaves others unchanged. */
export function unmapAddress(address: Address): Address {
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
    return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`
  }
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff])
  const gap = longestZeros(groups)
  if (gap === null) return formatGroups(groups)
  return `${formatGroups(groups.slice(0, gap.start))}::${formatGroups(groups.slice(gap.end))}`
}

/** The zero groups that "::" stands for: the longest run of two or more, the first of equals (RFC 5952 §4.2). */
function longestZeros(groups: readonly number[]): { start: number; end: number } | null {
  let longest: { start: number; end: number } | null = null
  for (let start = 0; start < groups.length; start++) {
    let end = start
    while (groups[end] === 0) end++
    const length = longest === null ? 1 : longest.end - longest.start
    if (end - start > length) longest = { start, end }
    start = end
  }
  return longest
}

function formatGroups(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':')
}

function parseIpv4(text: string): Address | null {
  const word = readOctets(text, 0)
  return word === null ? null : { family: 4, words: [word] }
}

function parseIpv6(text: string): Address | null {
  if (text.length > IPV6_LONGEST) return null
  const groups = [0, 0, 0, 0, 0, 0, 0, 0]
  let count = 0
  let gapAt = -1 // how many groups stand before the "::"
  for (let at = 0; at < text.length;) {
    // Before a group comes the gap or one colon; before the first group, nothing.
    if (text.startsWith('::', at)) {
      if (gapAt !== -1) return null
      gapAt = count
      at += 2
      if (at === text.length) break
    } else if (at > 0) {
      if (text.charCodeAt(at) !== COLON) return null
      at++
    }
    // The group itself. Four decimal octets stand for the last two groups.
    const start = at
    let group = 0
    for (; at < text.length; at++) {
      const digit = hexDigit(text.charCodeAt(at))
      if (digit === -1) break
      group = group * 16 + digit
    }
    if (text.charCodeAt(at) === DOT) {
      const word = readOctets(text, start)
      if (word === null || count > 6) return null
      groups[count++] = word >>> 16
      groups[count++] = word & 0xffff
      break
    }
    if (at === start || at > start + 4 || count === 8) return null
    groups[count++] = group
  }
  if (gapAt === -1 ? count !== 8 : count === 8) return null
  return { family: 6, words: toWords(groups, count, gapAt) }
}

/** Packs `count` groups into words. The groups after the gap are the last of the eight. */
function toWords(groups: readonly number[], count: number, gapAt: number): number[] {
  const words = [0, 0, 0, 0]
  for (let i = 0; i < count; i++) {
    const at = i < gapAt ? i : i + 8 - count
    words[at >> 1] = (words[at >> 1] ?? 0) + (groups[i] ?? 0) * (at % 2 === 0 ? 0x10000 : 1)
  }
  return words
}

/** Reads four decimal octets from `start` to the end of the text; null for anything else. */
function readOctets(text: string, start: number): number | null {
  let word = 0
  let dots = 0
  let octet = 0
  let digits = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (digits === 0 || dots === 3) return null
      word = word * 256 + octet
      dots++
      octet = digits = 0
    } else {
      const digit = code - ZERO
      const isLeadingZero = octet === 0 && digits > 0
      if (digit < 0 || digit > 9 || isLeadingZero) return null
      octet = octet * 10 + digit
      digits++
      if (octet > 255) return null
    }
  }
  return dots === 3 && digits > 0 ? word * 256 + octet : null
}

/** The value of a hexadecimal digit; -1 for any other character. */
function hexDigit(code: number): number {
  if (code >= ZERO && code <= NINE) return code - ZERO
  const lowerCase = code | 0x20
  return lowerCase >= A && lowerCase <= F ? lowerCase - A + 10 : -1
}
