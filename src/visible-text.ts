// Text that people read in lists, dialogs and terminals: it must not be empty to the eye, break a line,
// or make what stands around it read backwards (https://www.unicode.org/reports/tr9/, UTR #36 §2.6).

/**
 * Controls, line and paragraph separators, and the controls that embed, override or isolate a direction.
 * The three marks that only give their own place a direction are part of Arabic and Hebrew text.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200e\u200f\u061c])\p{Bidi_Control}/gu

/**
 * A letter, digit, punctuation mark or symbol that is drawn. Fillers are letters to Unicode, but their
 * default is to be ignored; blank Braille, a null note head and the object replacement are symbols.
 * Combining marks alone, format characters, private and unassigned characters do not count.
 */
const VISIBLE = /(?![\p{Default_Ignorable_Code_Point}\u2800\u{1d159}\ufffc])[\p{L}\p{N}\p{P}\p{S}]/u

/** Whether at least one character of a text is drawn. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text)
}

/** The first character that text for people must not have, as `U+202E`; null where there is none. */
export function unsafeCharacter(text: string): string | null {
  const [found] = text.match(UNSAFE) ?? []
  if (found === undefined) return null
  const hex = (found.codePointAt(0) ?? 0).toString(16).toUpperCase()
  return `U+${hex.padStart(4, '0')}`
}

/** The text without them: a space for controls and separators, nothing for what turns a direction. */
export function withoutUnsafe(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replaceAll(UNSAFE, '')
}
