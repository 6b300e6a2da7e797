// The IP ACL as it is typed or pasted. Text is parsed by the same code that checks requests in the gateway.

import { parseCidr } from '../../keys/cidr.ts'
import { mergeNetworks } from '../../keys/merged-networks.ts'
import type { LeftOut } from '../../keys/pasted-item.ts'
import { readPastedText } from '../../keys/pasted-text.ts'
import { isolateDirection } from '../messages/display-text.ts'
import * as aclText from '../messages/acl.ts'

export const MAX_ENTRIES = 1_000
/** In characters: what the field holds at most. Longer text is read at once or refused. */
export const MAX_FIELD_LENGTH = 1_000
/** Enough for some 10 000 networks, or 2 000 rows with some words. Reading them takes a frame or two. */
export const MAX_LIST_LENGTH = 240_000
const LIMITS = { characters: MAX_LIST_LENGTH, slowCharacters: 60_000 }

/** A text that cannot be an entry as it was written. */
export interface EntryFault {
  readonly entry: string
  readonly message: string
  /** The entries to write instead; empty if that is not certain. */
  readonly suggestions: readonly string[]
}

/** Entries that were not added, because the list would be too long. */
export interface TooMany {
  /** The canonical entries; null if the text was too long to be read. */
  readonly networks: readonly string[] | null
  /** How many entries, or words, the text has. */
  readonly count: number
}

/** What still has to be resolved after a text was read. */
export interface AclReport {
  readonly faults: readonly EntryFault[]
  /** Whether the faulty text is in the field, to be corrected there. */
  readonly isInField: boolean
  readonly leftOut: readonly LeftOut[]
  readonly tooMany: TooMany | null
}

export const EMPTY_REPORT: AclReport = { faults: [], isInField: true, leftOut: [], tooMany: null }

export interface AddResult {
  readonly acl: readonly string[]
  /** The new text of the field. */
  readonly entry: string
  readonly report: AclReport
  readonly added: readonly string[]
  readonly duplicates: readonly string[]
}

/**
 * Adds the entries of a typed or pasted text; none of them if the list would be too long. `open` is the
 * report about earlier text. Its faults stay in the report unless they are in the field, which is read
 * anew.
 */
export function addEntries(acl: readonly string[], text: string, open = EMPTY_REPORT): AddResult {
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

/** Reports faults. Puts their text back into the field if it would be read there in the same way. */
export function reportFaults(faults: readonly EntryFault[], open = EMPTY_REPORT) {
  const entry = toFieldText(faults)
  return { entry, report: { ...open, faults, isInField: faults.length === 0 || entry !== '' } }
}

/** Whether the report must be resolved before the list may be saved. */
export function isUnresolved(report: AclReport, acl: readonly string[]): boolean {
  // An empty list lets in everybody, which a customer who pasted rules does not want.
  const isLost = report.leftOut.length > 0 && acl.length === 0
  return report.faults.length > 0 || report.tooMany !== null || isLost
}

/** Adds networks to a list. If the list gets too long, merges it; `entries` is null if that is not enough. */
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
  const text = length > MAX_FIELD_LENGTH ? '' : faults.map(({ entry }) => entry).join(', ')
  if (/[\r\n]/.test(text)) return ''
  const items = readPastedText(text, LIMITS)?.items ?? []
  const isSame =
    items.length === faults.length &&
    items.every((item, i) => item.kind === 'unclear' && item.text === faults[i]?.entry)
  return isSame ? text : ''
}

function faultOf(entry: string, suggestions: readonly string[]): EntryFault {
  const parsed = parseCidr(entry)
  if (parsed.ok) return { entry, message: aclText.doubtful(shorten(entry)), suggestions }
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
  const sentences: Partial<Record<string, (entry: string) => string>> = aclText.cidr
  const sentence = isPasted ? aclText.otherForm : sentences[code]
  return { entry, message: sentence?.(shorten(entry)) ?? isolateDirection(detail), suggestions }
}

/** The first few networks as a text for a button. */
export function listNetworks(networks: readonly string[]): string {
  const rest = networks.length - MAX_LISTED
  const first = networks.slice(0, MAX_LISTED).join(', ')
  return rest > 0 ? aclText.andMore(first, rest) : first
}

const MAX_QUOTED_LENGTH = 60
const MAX_LISTED = 3

/** Cuts a customer's text, between code points, to a length that fits into a sentence. */
export function shorten(entry: string): string {
  const line = entry.slice(0, 4 * MAX_QUOTED_LENGTH).replaceAll(/\s+/g, ' ')
  const start = /^.{0,60}/su.exec(line)?.[0] ?? ''
  return entry.length <= 4 * MAX_QUOTED_LENGTH && start === line ? line : `${start}…`
}

/** Counts by character code without copying, because a text may have two million characters. */
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
