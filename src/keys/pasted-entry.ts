// What people paste into an IP ACL that is no CIDR is refused; where it stands for exactly certain
// networks, those are suggested. What the text itself denies or comments on is never among them.

import type { CidrFault } from './cidr.ts'
import { networksOfItem } from './pasted-item.ts'
import { MAX_SUGGESTED } from './pasted-piece.ts'
import { readPastedText } from './pasted-text.ts'

/** So many networks, each on a line with some words. */
const LIMITS = { characters: 16_000, slowCharacters: 16_000 + 20 * 500 }

export interface EntryFault extends Omit<CidrFault, 'suggestion'> {
  /** The entry to write instead, or the entries. */
  readonly suggestion?: string | readonly string[]
}

/** A fault of `parseCidr(text)` with the networks that the text stands for, where it names none yet. */
export function explainPasted(fault: CidrFault, text: string): EntryFault {
  if (fault.code !== 'cidr_malformed') return fault
  const [first, ...others] = pastedNetworks(text)
  if (first === undefined) return fault
  const lead = fault.detail.slice(0, fault.detail.lastIndexOf(';'))
  return others.length === 0
    ? { ...fault, detail: `${lead}; write ${first}`, suggestion: first }
    : {
        ...fault,
        detail: `${lead}; write ${first} and ${others.length} more, each as an entry of its own`,
        suggestion: [first, ...others],
      }
}

/** The canonical networks that a text stands for, in its order; none where that is not certain. */
function pastedNetworks(text: string): string[] {
  const items = readPastedText(text, LIMITS)?.items ?? []
  const networks = new Set<string>()
  for (const item of items) {
    if (item.kind === 'unclear' && item.networks.length === 0) return []
    for (const network of networksOfItem(item)) networks.add(network)
    if (networks.size > MAX_SUGGESTED) return []
  }
  return [...networks]
}
