// The IP ACL as it is typed or pasted: text to entries, by the same engine that judges them at the edge.

import { parseAddress, unmapAddress } from '../keys/address.ts'
import { formatNetwork, parseCidr } from '../keys/cidr.ts'
import { compileIpAcl, matchesIpAcl, matchingEntry } from '../keys/ip-acl.ts'
import { mergeNetworks } from '../keys/merged-networks.ts'
import type { LeftOut } from '../keys/pasted-item.ts'
import { readPastedText } from '../keys/pasted-text.ts'
import { isolated } from './display-text.ts'
import { messages } from './messages.ts'
import type { AddressCheck } from './types.ts'

export const MAX_ENTRIES = 1_000
/** What the field holds at most: longer text is read at once, or not at all. */
export const MAX_TYPED = 1_000
/** Some 10 000 networks, or 2 000 rows with some words: read in less than a frame or two. */
const LIMITS = { characters: 240_000, slowCharacters: 60_000 }

/** What cannot stand on the list as it was written. */
export interface EntryFault {
  readonly entry: string
  readonly message: string
  /** What to write instead, where that is obvious. */
  readonly suggestions: readonly string[]
}

/** What was not added, since the list would be too long. */
export interface TooMany {
  /** The entries, canonical; null where the text was too long to be read. */
  readonly networks: readonly string[] | null
  /** How many entries, or words, the text has. */
  readonly count: number
}

/** What a text has left open, beside what was added. */
export interface AclReport {
  readonly faults: readonly EntryFault[]
  /** Whether the faults stand in the field, to be mended there. */
  readonly isInField: boolean
  readonly leftOut: readonly LeftOut[]
  readonly tooMany: TooMany | null
}

export const NOTHING_OPEN: AclReport = { faults: [], isInField: true, leftOut: [], tooMany: null }

export interface Added {
  readonly acl: readonly string[]
  /** What the field holds from here on. */
  readonly entry: string
  readonly report: AclReport
  readonly added: readonly string[]
  readonly duplicates: readonly string[]
}

/**
 * Adds what was typed or pasted: all of it, or nothing where the list would be too long. `open` is what
 * an earlier text has left, which stays open where the field does not hold it.
 */
export function addEntries(acl: readonly string[], text: string, open = NOTHING_OPEN): Added {
  const pasted = readPastedText(text, LIMITS)
  const list = new Set(acl)
  const duplicates: string[] = []
  const earlier = open.isInField ? [] : open.faults
  const faults: EntryFault[] = []
  for (const item of pasted?.items ?? []) {
    if (item.kind === 'unclear') faults.push(faultOf(item.text, item.networks))
    else if (list.has(item.text)) duplicates.push(item.text)
    else list.add(item.text)
  }
  const all = new Set([...list, ...faults.flatMap(({ suggestions }) => suggestions)])
  const tooMany =
    pasted === null
      ? { networks: null, count: countWords(text) }
      : all.size > MAX_ENTRIES
        ? { networks: [...all].slice(acl.length), count: all.size - acl.length }
        : open.tooMany
  if (tooMany !== open.tooMany) {
    const unread = faults.filter(({ suggestions }) => suggestions.length === 0)
    return {
      ...reportFaults([...earlier, ...unread], {
        ...open,
        leftOut: pasted?.leftOut ?? [],
        tooMany,
      }),
      acl,
      added: [],
      duplicates: [],
    }
  }
  const leftOut = [...(list.size === 0 ? open.leftOut : []), ...(pasted?.leftOut ?? [])]
  return {
    ...reportFaults([...earlier, ...faults], { ...open, leftOut }),
    acl: [...list],
    added: [...list].slice(acl.length),
    duplicates,
  }
}

/** Reports faults, and puts them into the field where they would be read there as they were. */
export function reportFaults(faults: readonly EntryFault[], open = NOTHING_OPEN) {
  const entry = toFieldText(faults)
  return { entry, report: { ...open, faults, isInField: faults.length === 0 || entry !== '' } }
}

/** Whether a list must not be saved before something is done about what was not added to it. */
export function isUnresolved(report: AclReport, acl: readonly string[]): boolean {
  // An empty list lets in everybody, which is not what somebody means who pastes rules.
  const isLost = report.leftOut.length > 0 && acl.length === 0
  return report.faults.length > 0 || report.tooMany !== null || isLost
}

/** A list with more networks: as it is where it fits, merged where only that does; null where neither. */
export function fit(
  acl: readonly string[],
  networks: readonly string[],
): { readonly count: number; readonly entries: readonly string[] | null } {
  const all = [...new Set([...acl, ...networks])]
  const isFit = all.length <= MAX_ENTRIES
  return { count: all.length, entries: isFit ? all : mergeNetworks(all, MAX_ENTRIES) }
}

function toFieldText(faults: readonly EntryFault[]): string {
  const length = faults.reduce((sum, { entry }) => sum + entry.length + 2, 0)
  const text = length > MAX_TYPED ? '' : faults.map(({ entry }) => entry).join(', ')
  if (/[\r\n]/.test(text)) return ''
  const items = readPastedText(text, LIMITS)?.items ?? []
  const isSame =
    items.length === faults.length &&
    items.every((item, i) => item.kind === 'unclear' && item.text === faults[i]?.entry)
  return isSame ? text : ''
}

function faultOf(entry: string, suggestions: readonly string[]): EntryFault {
  const parsed = parseCidr(entry)
  if (parsed.ok) return { entry, message: messages.acl.doubtful(shortened(entry)), suggestions }
  const { code, detail } = parsed.error
  return toEntryFault(entry, code, detail, suggestions)
}

export function toEntryFault(
  entry: string,
  code: string,
  detail: string,
  suggestion: string | readonly string[] = [],
): EntryFault {
  const suggestions = [suggestion].flat()
  const isPasted = code === 'cidr_malformed' && suggestions.length > 0
  const sentences: Partial<Record<string, (entry: string) => string>> = messages.cidr
  const sentence = isPasted ? messages.acl.otherForm : sentences[code]
  return { entry, message: sentence?.(shortened(entry)) ?? isolated(detail), suggestions }
}

/** Several networks, short enough for a button. */
export function listed(networks: readonly string[]): string {
  const rest = networks.length - MAX_LISTED
  const first = networks.slice(0, MAX_LISTED).join(', ')
  return rest > 0 ? messages.acl.andMore(first, rest) : first
}

/** The network of one address, such as 203.0.113.9/32; null where it cannot be on a list. */
export function networkOfAddress(address: string | null): string | null {
  if (address === null) return null
  const network = parseCidr(`${address}/${address.includes(':') ? 128 : 32}`)
  return network.ok ? formatNetwork(network.value) : null
}

/** What a list says to an address; null where that is no address. An empty list lets in every one. */
export function judge(acl: readonly string[], text: string): Omit<AddressCheck, 'mode'> | null {
  const parsed = parseAddress(text.trim())
  if (parsed === null) return null
  const address = unmapAddress(parsed)
  const allowed = acl.length === 0 || matchesIpAcl(compileIpAcl(acl), address)
  return { allowed, entry: matchingEntry(acl, address) }
}

/** Those of the addresses that a list keeps out; what is no address is none of them. */
export function leftOutBy(
  acl: readonly string[],
  addresses: readonly (string | null)[],
): ReadonlySet<string> {
  const compiled = compileIpAcl(acl)
  const isOut = (text: string | null): text is string => {
    const address = text === null ? null : parseAddress(text)
    return address !== null && acl.length > 0 && !matchesIpAcl(compiled, unmapAddress(address))
  }
  return new Set(addresses.filter(isOut))
}

const MAX_SHOWN = 60
const MAX_LISTED = 3

/** Text of the customer's, short enough to be repeated in a sentence; cut between code points. */
export function shortened(entry: string): string {
  const line = entry.slice(0, 4 * MAX_SHOWN).replaceAll(/\s+/g, ' ')
  const start = /^.{0,60}/su.exec(line)?.[0] ?? ''
  return entry.length <= 4 * MAX_SHOWN && start === line ? line : `${start}…`
}

/** Counted by character codes, without a copy of each: a text may have two million characters. */
function countWords(text: string): number {
  let count = 0
  let isWithin = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const isSeparator = code <= SPACE || code === COMMA || code === SEMICOLON
    if (!isSeparator && !isWithin) count++
    isWithin = !isSeparator
  }
  return count
}

const SPACE = 0x20
const COMMA = 0x2c
const SEMICOLON = 0x3b
