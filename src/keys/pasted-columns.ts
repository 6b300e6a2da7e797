// A row of a table, and a rule of a firewall or a web server: one line in which words stand beside the
// addresses. Each is read where its form is known, and every word of it; else it stands for nothing.

import { denialIn } from './pasted-denial.ts'
import { isBareAddress, isMaskLike, networksOfPiece } from './pasted-piece.ts'
import { wordSet } from './word-set.ts'

/** An address, or what is nearly one: digits and dots, or a colon within. */
const ADDRESS_LIKE = /\d\.\d|[\da-f]:[\da-f:]|::|[\w-]\.[a-z]{2,}|\d\/\d/i

/** Whether a text has something that could be an address, a network, a date or a host name. */
export function looksLikeAddress(text: string): boolean {
  return ADDRESS_LIKE.test(text)
}

/** The columns of a row: between tabs, or else semicolons, or else commas. */
export function columnsOf(line: string): string[] {
  const separator = ['\t', ';', ','].find((each) => line.includes(each))
  const columns = separator === undefined ? [line] : line.split(separator)
  return columns.map((column) => column.replaceAll(/["'`]/g, '').trim()).filter(Boolean)
}

/** Whether each column is a heading or a remark: words, and nothing like an address. */
export function isHeader(columns: readonly string[]): boolean {
  return columns.length > 1 && columns.every((column) => isLabel(column) && /\p{L}/u.test(column))
}

/**
 * The networks of a row that has one network, or an address and its netmask in columns of their own, and
 * words about it; null where it is no such row. Numbers are read as the words are, but never beside a
 * bare address, whose prefix length one of them could be.
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
      // A wildcard mask in front could be the network of all, so only a netmask is read there.
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
/** What stands before an address that is let in, and never before one that is called. */
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

/** The networks that a rule lets in, such as `allow 203.0.113.0/24;`; null where it is no such rule. */
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
  if (words.slice(0, start).includes('any')) return null // the source; what follows is the destination
  // Several are a list where nothing follows them; else the second could be the destination.
  const isList = words.slice(start).every((word) => word === null)
  if (networks.length > 1 && !isList) return null
  if (networks.length > 1 && networks.some(isJoined)) return null
  if (networks.some(isMaskLike)) return null
  return networks.flatMap((network) => networksOfPiece(network) ?? [])
}

/** An address and the mask behind it as one token, `203.0.113.0 0.0.0.255`. */
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

/** Whether a token is one that was joined. */
export function isJoined(token: string): boolean {
  return token.includes(' ')
}
