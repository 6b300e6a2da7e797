// Text of a stranger that is kept and shown, such as where a token was found, without anything that may be a token.

import { withoutUnsafe } from '../shared/visible-text.ts'

/** As long as what makes a token, with or without its prefix. A commit id has 40 characters and stays. */
const LONG_RUN = /[0-9A-Za-z]{43,}/g
/** What stands between the separators of a URL or a sentence. */
const PIECE = /[^\s/?#&=:,;"'<>()[\]{}|]+/g
const SEPARATOR = /[\s/?#&=:,;"'<>()[\]{}|]/
/** So many characters are read at most, because each piece takes time. What is redacted gets shorter. */
const MAX_READ = 4_000
const REDACTED = '[redacted]'

/**
 * The text without tokens and controls, at most `max` characters. It may be cut anywhere, so tokens are redacted
 * first, and also beginnings of tokens. `isForeign`: whether a part of the text is a token that others made.
 */
export function redactText(
  text: string,
  prefix: string,
  max: number,
  isForeign: (piece: string) => boolean,
): string {
  const clean = withoutUnsafe(beginningOf(text).toWellFormed())
    .split(prefix)
    .map((part, index) => (index === 0 ? part : part.replace(/^[0-9A-Za-z]{8,}/, REDACTED)))
    .join(prefix)
    .replaceAll(LONG_RUN, REDACTED)
    .replaceAll(PIECE, (piece) => (isForeign(piece) ? REDACTED : piece))
    .trim()
  const characters = [...clean]
  return characters.length <= max ? clean : `${characters.slice(0, max - 1).join('')}…`
}

/** The text as far as it is read, without a piece that would be cut: a part of a token is not told from other text. */
function beginningOf(text: string): string {
  if (text.length <= MAX_READ) return text
  let end = MAX_READ
  while (end > 0 && !SEPARATOR.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}
