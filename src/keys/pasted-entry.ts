// Explains an entry of an IP ACL that is not in CIDR form. The entry is refused. If it stands for certain
// networks, the fault suggests them. Networks that the text denies or only comments on are never suggested.

import type { CidrFault } from './cidr.ts'
import { networksOfItem } from './pasted-item.ts'
import { MAX_SUGGESTED } from './pasted-piece.ts'
import { readPastedText } from './pasted-text.ts'

/** Enough for 500 networks, each on a line with some words. */
const LIMITS = { characters: 16_000, slowCharacters: 16_000 + 20 * 500 }

export interface EntryFault extends Omit<CidrFault, 'suggestion'> {
  /** The entry or entries to write instead. */
  readonly suggestion?: string | readonly string[]
}

/**
 * Adds suggestions to a fault of `parseCidr(text)`, if the fault is `cidr_malformed` and the text is
 * certain.
 */
export function explainPastedText(fault: CidrFault, text: string): EntryFault {
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

/** The canonical networks that a text stands for, in its order; empty if that is not certain. */
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
