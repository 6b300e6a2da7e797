// Reads a text that was pasted into an IP ACL. It finds valid entries, and suggests networks for other text
// whose meaning is certain. Whatever the text denies or only comments on is left out.

import { createCommentReader, type PastedLine, splitLines } from './pasted-comments.ts'
import { looksLikeAddress } from './pasted-columns.ts'
import { denialIn, remarkIn } from './pasted-denial.ts'
import { type PastedText, toComment, toDenied } from './pasted-item.ts'
import { MAX_LINE_LENGTH, PLAIN_LINE, readLines } from './pasted-lines.ts'
import { plainText } from './pasted-piece.ts'
import { looksStructured, readStructure } from './pasted-structure.ts'

export interface PastedLimits {
  readonly characters: number
  /** Characters that are no part of an address. These take the longest to read. */
  readonly slowCharacters: number
}

/** The fixed cost of reading a line, in characters. */
const LINE_COST = 20
const ADDRESS_RUN = /[\d.:/]+/g

/** Reads a text; null if it exceeds the limits or if too much of it cannot be read. */
export function readPastedText(text: string, limits: PastedLimits): PastedText | null {
  if (text.length > limits.characters) return null
  const readComments = createCommentReader()
  const lines: PastedLine[] = []
  let slowCharacters = 0
  for (const line of splitLines(text)) {
    const isPlain = PLAIN_LINE.test(line)
    if (!isPlain) slowCharacters += line.replaceAll(ADDRESS_RUN, '').length + LINE_COST
    if (slowCharacters > limits.slowCharacters) return null
    const isLong = line.length > MAX_LINE_LENGTH // too long for `plainText`, so only its plain parts are read
    lines.push({
      ...readComments(isPlain || isLong ? line : plainText(line)),
      text: line.trim(),
    })
  }
  return readAsStructure(text, lines) ?? readLines(lines)
}

function readAsStructure(text: string, lines: readonly PastedLine[]): PastedText | null {
  if (lines.every(({ code }) => PLAIN_LINE.test(code))) return null
  const code = lines.map((line) => line.code).join('\n')
  if (!looksStructured(code)) return null
  const comments = lines.flatMap((line) => line.comments)
  const isDenied =
    denialIn(code) !== null || comments.some((comment) => remarkIn(comment) === 'strong')
  if (isDenied) return { items: [], leftOut: [toDenied(text.trim())] }
  const networks = readStructure(code) ?? []
  return {
    items: [{ kind: 'unclear', text: text.trim(), networks }],
    leftOut: comments.filter(looksLikeAddress).map(toComment),
  }
}
