// Reads a pasted text line by line. An entry of an IP ACL lets in, so a doubt about one line extends to
// every line that it may concern. A heading concerns the lines under it, an exception the networks that it
// lies in.

import { parseCidr } from './cidr.ts'
import { compileIpAcl, matchesIpAcl } from './ip-acl.ts'
import {
  columnsOf,
  isHeader,
  joinMasks,
  looksLikeAddress,
  readAllowRule,
  readRow,
} from './pasted-columns.ts'
import type { PastedLine } from './pasted-comments.ts'
import { denialIn, remarkIn } from './pasted-denial.ts'
import {
  type LeftOut,
  networksOfItem,
  type PastedItem,
  type PastedText,
  toComment,
  toDenied,
  toUnclear,
} from './pasted-item.ts'
import { readList } from './pasted-list.ts'
import { isBareAddress, isMaskLike, networksOfPiece } from './pasted-piece.ts'

/** In characters. A longer line is no row of a table but a text without line breaks. */
export const MAX_LINE_LENGTH = 4_000
/** One network or address, or several with commas or semicolons between them. */
export const PLAIN_LINE = /^[\da-f.:/]+(?:[,;]\s?[\da-f.:/]+)*[,;]?$/i
/** A text with more unreadable pieces than this is no list of networks. */
const MAX_UNREAD = 2_000
const BULLET = /^(?:[-*•]|\d{1,3}[.)])\s+/
const CATCH_ALL = /\b(?:all|any|default|everything|everyone|policy)\b|(?:^|\s)-[AP]\s/i
const EVERYTHING = ['0.0.0.0/0', '::/0']

interface LinesState {
  readonly items: PastedItem[]
  readonly leftOut: LeftOut[]
  /** The networks that the text denies. */
  readonly denied: string[]
  /** How many more unreadable pieces are accepted. */
  unreadLeft: number
  /** The line is under a heading that denies, or after a rule that denies the rest. */
  isUnderDenial: boolean
  /** The text denies something but does not say what. */
  isDoubtful?: boolean
  /** Somewhere stands an address that can only be the mask of another. */
  hasLooseMask?: boolean
  /** The first line, if it looks like column headings. */
  header?: string
  /** How many lines were read as rows. */
  rows: number
}

/** Null if more than `MAX_UNREAD` pieces cannot be read. */
export function readLines(lines: readonly PastedLine[]): PastedText | null {
  const state: LinesState = {
    items: [],
    leftOut: [],
    denied: [],
    unreadLeft: MAX_UNREAD,
    isUnderDenial: false,
    rows: 0,
  }
  for (const line of lines) {
    readLine(line, state)
    if (state.unreadLeft < 0) return null
  }
  const { items, leftOut, header, rows } = state
  if (header !== undefined && rows === 0) items.unshift(toUnclear(header))
  // A denial that names no address may be about any of them.
  if (state.isDoubtful === true) {
    return { items: [], leftOut: [...leftOut, ...items.map(({ text }) => toDenied(text))] }
  }
  const certain = state.hasLooseMask === true ? items.map(dropBareAddress) : items
  return {
    items: hasOverlap(certain, state.denied) ? certain.map(({ text }) => toUnclear(text)) : certain,
    leftOut,
  }
}

function readLine({ text, code, comments }: PastedLine, state: LinesState): void {
  state.leftOut.push(...comments.filter(looksLikeAddress).map(toComment))
  const remarks = comments.filter((comment) => !looksLikeAddress(comment)).map(remarkIn)
  const written = comments.length === 0 ? text : code
  if (code === '') {
    state.isUnderDenial ||= remarks.includes('strong')
    return
  }
  if (state.isUnderDenial || remarks.includes('strong')) return deny(text, code, state)
  if (PLAIN_LINE.test(code) && remarks.every((remark) => remark === null)) {
    return addList(written, code, state)
  }
  if (code.length > MAX_LINE_LENGTH && /[^\da-f.:/,;\s]/i.test(code)) {
    state.isDoubtful ||= denialIn(code) !== null
    state.items.push(toUnclear(written))
    return
  }
  const statements = statementsOf(code)
  if (statements !== null) {
    for (const statement of statements) readStatement(statement, statement, state)
  } else if (remarks.includes('weak')) {
    state.items.push(toUnclear(written))
  } else {
    readStatement(written, code, state)
  }
}

/** Splits a line with several rules; null if its semicolons only separate columns. */
function statementsOf(code: string): string[] | null {
  const statements = code.split(';').filter((statement) => statement.trim() !== '')
  const isRule = (statement: string) =>
    /^\s*[a-z]/i.test(statement) && (looksLikeAddress(statement) || CATCH_ALL.test(statement))
  return statements.length > 1 && statements.every(isRule) ? statements : null
}

function readStatement(text: string, code: string, state: LinesState): void {
  if (denialIn(code) !== null) return deny(text, code, state)
  const bullet = BULLET.exec(code)
  if (bullet !== null) {
    const inner: LinesState = { ...state, items: [] }
    readStatement(text, code.slice(bullet[0].length), inner)
    state.hasLooseMask ||= inner.hasLooseMask ?? false
    for (const item of inner.items) {
      state.items.push({ kind: 'unclear', text, networks: networksOfItem(item) })
    }
    return
  }
  const columns = columnsOf(code)
  const row = readRow(columns)
  if (row !== null) state.rows++
  const networks = row ?? readAllowRule(code)
  if (networks !== null) {
    state.items.push({ kind: 'unclear', text, networks })
  } else if (isHeader(columns) && state.items.length === 0 && state.header === undefined) {
    state.header = text
  } else if (state.header !== undefined && columns.filter(isBareAddress).length > 1) {
    state.items.push(toUnclear(text))
  } else {
    addList(text, code, state)
  }
}

function deny(text: string, code: string, state: LinesState): void {
  state.leftOut.push(toDenied(text))
  const networks = networksIn(code)
  const isCatchAll =
    networks.length === 0
      ? CATCH_ALL.test(code)
      : networks.some((network) => EVERYTHING.includes(network))
  if (isCatchAll) state.isUnderDenial = true
  else if (networks.length === 0 && !state.isUnderDenial) state.isDoubtful = true
  state.denied.push(...networks.filter((network) => !EVERYTHING.includes(network)))
}

function addList(text: string, code: string, state: LinesState): void {
  const items = readList(code.split(/[,;]/), text, state.unreadLeft)
  if (items === null) {
    state.unreadLeft = -1
    return
  }
  for (const item of items) {
    state.items.push(item)
    if (item.kind === 'network') continue
    if (item.networks.length === 0) state.unreadLeft--
    state.hasLooseMask ||= isMaskLike(item.text)
  }
}

/** All networks that can be read in a line, whatever stands between them. */
function networksIn(code: string): string[] {
  const tokens = joinMasks(code.split(/[\s,;()[\]{}"'`=!<>]+/).filter(Boolean))
  return tokens.flatMap((token) => networksOfPiece(token.replace(/^[-+]|[.:]$/g, '')) ?? [])
}

/** Whether a denied network contains a network that the text names elsewhere, or lies in it. */
function hasOverlap(items: readonly PastedItem[], denied: readonly string[]): boolean {
  if (denied.length === 0) return false
  const named = items.flatMap(networksOfItem)
  return startsWithin(named, denied) || startsWithin(denied, named)
}

/** Whether the first address of one of `networks` lies in one of `others`. */
function startsWithin(networks: readonly string[], others: readonly string[]): boolean {
  const acl = compileIpAcl(others)
  return networks.some((network) => {
    const parsed = parseCidr(network)
    return parsed.ok && matchesIpAcl(acl, parsed.value.address)
  })
}

function dropBareAddress(item: PastedItem): PastedItem {
  return item.kind === 'unclear' && isBareAddress(item.text.replace(BULLET, ''))
    ? toUnclear(item.text)
    : item
}
