// The IP ACL as it is typed: text to entries, by the same engine that judges them at the edge.

import { parseAddress, unmapped } from '../keys/address.ts'
import { formatNetwork, parseCidr } from '../keys/cidr.ts'
import { compileIpAcl, matchesIpAcl, matchingEntry } from '../keys/ip-acl.ts'
import { explainPasted } from '../keys/pasted-entry.ts'
import { messages } from './messages.ts'
import type { AddressCheck } from './types.ts'

/** What cannot stand on the list as it was written. */
export interface EntryFault {
  readonly entry: string
  readonly message: string
  /** What to write instead, where that is obvious. */
  readonly suggestions: readonly string[]
}

export interface Added {
  readonly acl: readonly string[]
  readonly added: readonly string[]
  readonly duplicates: readonly string[]
  readonly faults: readonly EntryFault[]
}

/** Adds what was typed or pasted, separated by commas, semicolons, spaces or lines. */
export function addEntries(acl: readonly string[], text: string): Added {
  const list = new Set(acl)
  const added: string[] = []
  const duplicates: string[] = []
  const faults: EntryFault[] = []
  for (const entry of splitEntries(text)) {
    const network = parseCidr(entry)
    if (!network.ok) {
      const { code, detail, suggestion } = explainPasted(network.error, entry)
      faults.push(toEntryFault(entry, code, detail, suggestion))
      continue
    }
    const canonical = formatNetwork(network.value)
    if (list.has(canonical)) duplicates.push(canonical)
    else added.push(canonical)
    list.add(canonical)
  }
  return { acl: [...list], added, duplicates, faults }
}

/** What holds spaces is kept whole where only the whole means something, as a network and its mask. */
export function splitEntries(text: string): string[] {
  return text
    .split(/[,;\r\n]+/)
    .map((piece) => piece.trim())
    .flatMap((piece) => {
      const words = piece.split(/\s+/)
      const isList = words.every((word) => parseCidr(word).ok)
      return !isList && isUnderstood(piece) ? [piece] : words
    })
    .filter((entry) => entry !== '')
}

function isUnderstood(entry: string): boolean {
  const network = parseCidr(entry)
  return network.ok || explainPasted(network.error, entry).suggestion !== undefined
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
  return { entry, message: sentence?.(shortened(entry)) ?? detail, suggestions }
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
  const address = unmapped(parsed)
  const allowed = acl.length === 0 || matchesIpAcl(compileIpAcl(acl), address)
  return { allowed, entry: matchingEntry(acl, address) }
}

const MAX_SHOWN = 60
const MAX_LISTED = 3

function shortened(entry: string): string {
  const characters = [...entry]
  return characters.length > MAX_SHOWN ? `${characters.slice(0, MAX_SHOWN).join('')}…` : entry
}
