// Checks and cleans text that people read in lists, dialogs and terminals. It must be visible, must not
// break a line, and must not change the reading order of the text around it
// (https://www.unicode.org/reports/tr9/, UTR #36 §2.6).

/**
 * Controls, line and paragraph separators, and the controls that embed, override or isolate a direction.
 * The three directional marks are allowed, because they only affect their own place and occur in Arabic and
 * Hebrew text.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200e\u200f\u061c])\p{Bidi_Control}/gu

/**
 * A letter, digit, punctuation mark or symbol that is drawn. Fillers are letters in Unicode but invisible,
 * so ignorable characters are excluded. Blank Braille, the null note head and the object replacement are
 * excluded too. Combining marks, format characters, private and unassigned characters do not count.
 */
const VISIBLE = /(?![\p{Default_Ignorable_Code_Point}\u2800\u{1d159}\ufffc])[\p{L}\p{N}\p{P}\p{S}]/u

/** Whether at least one character of a text is drawn. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text)
}

/** The first unsafe character of a text, in a form such as `U+202E`; null if there is none. */
export function unsafeCharacter(text: string): string | null {
  const [found] = text.match(UNSAFE) ?? []
  if (found === undefined) return null
  const hex = (found.codePointAt(0) ?? 0).toString(16).toUpperCase()
  return `U+${hex.padStart(4, '0')}`
}

/** Replaces controls and separators by a space, and removes controls of direction. */
export function withoutUnsafe(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replaceAll(UNSAFE, '')
}
