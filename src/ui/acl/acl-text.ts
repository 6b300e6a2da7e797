// An IP ACL with its notes as a text: a network on each line, and its note behind it. The first line says so,
// because in any other text the words behind a network may say that it is not meant.

import type { AclNotes } from '../../keys/acl-notes.ts'
import { formatNetwork, parseCidr } from '../../keys/cidr.ts'
import { MAX_LIST_LENGTH } from './acl.ts'

const HEAD = '# IP ACL: a network on each line, and its note after the #'
const LINE = /^(\S+)(?:\s+#\s*(.*\S))?\s*$/
/** In code points, as the API counts them. */
const MAX_NOTE_LENGTH = 100

/** `readNotedText` reads it without loss. Without notes, it is a plain list. */
export function toListText(acl: readonly string[], notes: AclNotes): string {
  const lines = acl.map((network) => {
    const note = notes[network] ?? ''
    return note === '' ? network : `${network} # ${note}`
  })
  return (lines.some((line) => line.includes('#')) ? [HEAD, ...lines] : lines).join('\n')
}

/** The networks, and the notes on them; null if the text is of any other kind. */
export function readNotedText(text: string): { networks: string; notes: AclNotes } | null {
  const [head, ...lines] = text.slice(0, MAX_LIST_LENGTH).trim().split(/\s*\n/)
  if (head !== HEAD || text.length > MAX_LIST_LENGTH) return null
  const networks: string[] = []
  const notes: Record<string, string> = {}
  for (const line of lines) {
    const [, entry = '', note = ''] = LINE.exec(line) ?? []
    const parsed = parseCidr(entry)
    if (!parsed.ok || [...note].length > MAX_NOTE_LENGTH) return null
    const network = formatNetwork(parsed.value)
    networks.push(network)
    if (note !== '') notes[network] = note
  }
  return { networks: networks.join('\n'), notes }
}
