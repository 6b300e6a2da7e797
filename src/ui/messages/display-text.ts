// Displays text that people wrote, such as the name of a key. It must not change the reading order of the
// text around it, and a name must be visible. The API refuses other names, but older keys may have them.

import { isVisible, withoutUnsafe } from '../../shared/visible-text.ts'
import type { Key } from '../api/types.ts'

/** Characters of scripts that are written from right to left. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const FIRST_STRONG_ISOLATE = '\u2068'
const POP_ISOLATE = '\u2069'

/** Removes control characters, and characters that change the reading order of other text. */
export function toPlainText(text: string): string {
  return withoutUnsafe(text).trim()
}

/** The displayed name of a key; its id if no character of the name is visible. */
export function nameOf({ application_name, id }: Pick<Key, 'application_name' | 'id'>): string {
  const name = toPlainText(application_name)
  return isVisible(name) ? name : id
}

/** Isolates the direction of a text within a sentence, also for attributes and screen readers. */
export function isolateDirection(text: string): string {
  const plain = toPlainText(text)
  return RIGHT_TO_LEFT.test(plain) ? `${FIRST_STRONG_ISOLATE}${plain}${POP_ISOLATE}` : plain
}
