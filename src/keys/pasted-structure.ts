// Reads lists in the notation of a program: JSON, YAML, Terraform, Python or anything else with brackets,
// quotes or keys. Only its words are looked at. Its networks are certain if every key is known, if the key
// above each network names sources, and if no word denies anything.

import { looksLikeAddress } from './pasted-columns.ts'
import { isMaskLike, networksOfPiece } from './pasted-piece.ts'
import { wordSet } from './word-set.ts'

/** The words in keys that name sources, such as `allowed_ips`, `CidrIp` and `source_address_prefixes`. */
const SOURCE_WORDS = wordSet(`
  acl addr address addresses allow allowed allowlist allows aws block blocks cidr cidrs client
  clients entries from inbound ingress ip ip4 ip6 ips ipv4 ipv6 list net nets network networks
  permit permitted prefix prefixes range ranges safelist source sources src subnet subnets
  trusted v4 v6 whitelist whitelisted accept accepted balancer load
`)
/** The words in other keys that may stand beside them. */
const OTHER_WORDS = wordSet(`
  action comment comments count created date description desc effect enabled family group
  groups id ids kind label labels location name note notes office owner pairs permissions port
  ports priority proto protocol region remark resource rule rules security site tag tags title
  to type updated user vpc tcp udp icmp true self
`)
const TOKEN = /\s*(?:"([^"]*)"|'([^']*)'|`([^`]*)`|(=>|[[\](){},;=:])|([^\s[\](){},;="'`]+))/gy

/** Whether a text has the marks of such a notation, apart from addresses or words in brackets. */
export function looksStructured(text: string): boolean {
  const plain = text.replaceAll(/\[[\w:./%]{0,64}\]|\([\w:./]{0,64}\)/g, ' ')
  return /[[\]{}=]|\(\s*["'`\d]|[a-z_]["']?\s{0,8}:(?:\s|$)/i.test(plain)
}

/** The networks of such a text, in order; null if they are not certain. The text must not deny anything. */
export function readStructure(text: string): readonly string[] | null {
  const tokens = tokensOf(text)
  if (tokens === null) return null
  const networks: string[] = []
  let key: readonly string[] = [] // the words of the last key
  let isUnderSource = true
  let hasBare = false
  let hasNumber = false
  for (const [index, { kind, text: value }] of tokens.entries()) {
    const next = tokens[index + 1]?.text ?? ''
    if (kind === 'mark') continue
    const isKey =
      /^(?:=>?|:)$/.test(next) || (kind === 'word' && value.endsWith(':') && !value.includes('::'))
    if (isKey || (kind === 'word' && next === '{')) {
      key = wordsOf(value)
      if (!key.every(isKnown)) return null
      isUnderSource = key.every((word) => SOURCE_WORDS.has(word))
      continue
    }
    const pieces = value.includes(',') ? value.split(',') : [value]
    const read = pieces.map(networksOfPiece)
    if (read.every((piece) => piece !== null)) {
      if (!isUnderSource || isMaskLike(value)) return null
      hasBare ||= !value.includes('/')
      for (const piece of read) networks.push(...piece)
    } else if (/^-?\d*$/.test(value)) {
      // A dash of a list, a port, a possible prefix length, or a 0 that means "no".
      hasNumber ||= isUnderSource && value !== '-'
      if (value === '0' && key.includes('enabled')) return null
    } else if (looksLikeAddress(value)) {
      return null
    } else if (kind === 'word' && isUnderSource && !wordsOf(value).every(isKnown)) {
      return null
    }
  }
  return networks.length > 0 && !(hasBare && hasNumber) ? networks : null
}

function isKnown(word: string): boolean {
  return SOURCE_WORDS.has(word) || OTHER_WORDS.has(word)
}

interface Token {
  readonly kind: 'string' | 'word' | 'mark'
  readonly text: string
}

/** Null if something is no token, such as a quote without its partner, or if brackets do not match. */
function tokensOf(text: string): Token[] | null {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  TOKEN.lastIndex = 0
  let depth = 0
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(text)
    if (match === null) return null
    const [, double, single, back, mark, word] = match
    const quoted = double ?? single ?? back
    if (quoted !== undefined) tokens.push({ kind: 'string', text: quoted })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word })
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark })
    if (mark !== undefined && /[[({]/.test(mark)) depth++
    if (mark !== undefined && /[\])}]/.test(mark) && --depth < 0) return null
  }
  return depth === 0 ? tokens : null
}

/** Splits names such as `allowed_ips`, `CidrIpv6` and `aws:SourceIp` into words. */
function wordsOf(name: string): string[] {
  const spaced = name.replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase()
  return spaced.split(/[^a-z\d]+/).filter(Boolean)
}
