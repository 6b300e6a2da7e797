// Reads lines in which words stand beside the addresses: rows of a table, and rules of a firewall or a web
// server. A line is read only if its form and every word of it are known.

import { denialIn } from './pasted-denial.ts'
import { isBareAddress, isMaskLike, networksOfPiece } from './pasted-piece.ts'
import { wordSet } from './word-set.ts'

/** An address or something close to one, such as digits with dots or colons. */
const ADDRESS_LIKE = /\d\.\d|[\da-f]:[\da-f:]|::|[\w-]\.[a-z]{2,}|\d\/\d/i

/** Whether a text contains something that could be an address, a network, a date or a host name. */
export function looksLikeAddress(text: string): boolean {
  return ADDRESS_LIKE.test(text)
}

/** The columns of a row, separated by tabs, else by semicolons, else by commas. */
export function columnsOf(line: string): string[] {
  const separator = ['\t', ';', ','].find((each) => line.includes(each))
  const columns = separator === undefined ? [line] : line.split(separator)
  return columns.map((column) => column.replaceAll(/["'`]/g, '').trim()).filter(Boolean)
}

/** Whether every column is a heading or a remark, so words and nothing like an address. */
export function isHeader(columns: readonly string[]): boolean {
  return columns.length > 1 && columns.every((column) => isLabel(column) && /\p{L}/u.test(column))
}

/**
 * The networks of a row with one network and words about it; null for any other row. The network may be
 * split into an address and a netmask or prefix length, in two columns. Numbers count as words, but not
 * beside a bare address, because a number there could be its prefix length.
 */
export function readRow(columns: readonly string[]): readonly string[] | null {
  const bare: string[] = []
  const networks: string[] = []
  const prefixes: string[] = []
  let labels = 0
  let numbers = 0
  for (const column of columns) {
    if (isBareAddress(column)) bare.push(column)
    else if (/^\/\d{1,3}$/.test(column)) prefixes.push(column)
    else if (/^\d+$/.test(column)) numbers++
    else if (isLabel(column)) labels++
    else if (networksOfPiece(column) !== null) networks.push(column)
    else return null
  }
  const [first = '', second = ''] = bare
  const [prefix = ''] = prefixes
  switch (`${networks.length} ${bare.length} ${prefixes.length}`) {
    case '1 0 0':
      return labels + numbers > 0 ? networksOfPiece(networks[0] ?? '') : null
    case '0 1 0':
      return labels > 0 && numbers === 0 && !isMaskLike(first) ? networksOfPiece(first) : null
    case '0 1 1':
      return networksOfPiece(`${first}${prefix}`)
    case '0 2 0':
      if (isMaskLike(first) === isMaskLike(second)) return null
      if (!isMaskLike(first)) return networksOfPiece(`${first} ${second}`)
      // In the first column only a netmask is read. A wildcard mask there could be an address.
      return first.startsWith('255.') ? networksOfPiece(`${second} ${first}`) : null
    default:
      return null
  }
}

function isLabel(column: string): boolean {
  return !/^[\d\s./:*-]*$/.test(column) && !looksLikeAddress(column) && denialIn(column) === null
}

const VERBS = wordSet(`
  allow permit accept pass require whitelist allowlist
`)
/** Words that come before a source address, and never before a destination. */
const BEFORE_SOURCE = wordSet(`
  allow permit accept pass require whitelist allowlist
  from ip ipv4 ipv6 tcp udp host saddr source src -s --source --src
`)
const OTHER_WORDS = wordSet(`
  access-list add any eq extended filter forward http https icmp in inbound inet input insert
  ip6tables iptables log new nft on port proto quick rule seq standard sudo to ufw dport -a -i
  -p -m -j --dport --sport --jump --protocol
`)
const NUMBER = /^\d{1,5}(?::\d{1,5})?$/
const INTERFACE = /^(?:eth|ens|enp|em|igb|vtnet|bond|wlan|lan|wan)\d+\w*$/

/** The networks that a rule such as `allow 203.0.113.0/24;` lets in; null if the line is no such rule. */
export function readAllowRule(line: string): readonly string[] | null {
  const tokens = joinMasks(
    line
      .replace(/;\s*$/, '')
      .split(/[\s,]+/)
      .filter(Boolean),
  )
  const words = tokens.map((token) =>
    networksOfPiece(token) === null ? token.toLowerCase() : null,
  )
  const isKnown = (word: string, index: number) =>
    word === 'to'
      ? words[index + 1] === 'any'
      : BEFORE_SOURCE.has(word) ||
        OTHER_WORDS.has(word) ||
        NUMBER.test(word) ||
        INTERFACE.test(word)
  if (!words.some((word) => word !== null && VERBS.has(word))) return null
  if (!words.every((word, index) => word === null || isKnown(word, index))) return null

  const start = words.indexOf(null)
  const networks = tokens.filter((_, index) => words[index] === null)
  const before = words[start - 1]
  if (typeof before !== 'string' || !BEFORE_SOURCE.has(before)) return null
  if (words.slice(0, start).includes('any')) return null // `any` is the source, so the addresses are the destination
  // Several networks are a list only at the end of the line. Otherwise the second could be the destination.
  const isList = words.slice(start).every((word) => word === null)
  if (networks.length > 1 && !isList) return null
  if (networks.length > 1 && networks.some(isJoined)) return null
  if (networks.some(isMaskLike)) return null
  return networks.flatMap((network) => networksOfPiece(network) ?? [])
}

/** Joins an address and the mask after it into one token, such as `203.0.113.0 0.0.0.255`. */
export function joinMasks(tokens: readonly string[]): string[] {
  const joined: string[] = []
  for (let i = 0; i < tokens.length; i++) {
    const [token = '', next = ''] = [tokens[i], tokens[i + 1]]
    const pair = `${token} ${next}`
    const isPair =
      isBareAddress(token) &&
      !isMaskLike(token) &&
      isMaskLike(next) &&
      networksOfPiece(pair) !== null
    joined.push(isPair ? pair : token)
    if (isPair) i++
  }
  return joined
}

/** Whether `joinMasks` made the token from two. */
export function isJoined(token: string): boolean {
  return token.includes(' ')
}
