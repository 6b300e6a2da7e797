// What is pasted into an IP ACL: networks that stand for themselves, what is meant by the rest where that is
// certain, and what the text itself denies or comments on, which is left out.

import { createCommentReader, type PastedLine, splitLines } from './pasted-comments.ts'
import { looksLikeAddress } from './pasted-columns.ts'
import { denialIn, remarkIn } from './pasted-denial.ts'
import { type PastedText, toComment, toDenied } from './pasted-item.ts'
import { MAX_LINE, PLAIN_LINE, readLines } from './pasted-lines.ts'
import { plainText } from './pasted-piece.ts'
import { looksStructured, readStructure } from './pasted-structure.ts'

export interface PastedLimits {
  readonly characters: number
  /** What is no part of an address, which takes the longest to read. */
  readonly slowCharacters: number
}

/** What a line takes beside its characters, as so many of them. */
const LINE_COST = 20
const ADDRESS_RUN = /[\d.:/]+/g

/** Reads a text; null where it is more than the limits say, or more than a list can have of faults. */
export function readPastedText(text: string, limits: PastedLimits): PastedText | null {
  if (text.length > limits.characters) return null
  const readComments = createCommentReader()
  const lines: PastedLine[] = []
  let slowCharacters = 0
  for (const line of splitLines(text)) {
    const isPlain = PLAIN_LINE.test(line)
    if (!isPlain) slowCharacters += line.replaceAll(ADDRESS_RUN, '').length + LINE_COST
    if (slowCharacters > limits.slowCharacters) return null
    const isLong = line.length > MAX_LINE // too long to be made plain; what is not plain in it is not read
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
