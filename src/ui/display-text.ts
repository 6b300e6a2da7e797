// Text that people wrote, such as the name of a key, where the page shows it: it must not turn the order of
// what stands around it, nor be a row without a name. The API refuses such names; older keys may have them.

import { isVisible, withoutUnsafe } from '../visible-text.ts'
import type { Key } from './types.ts'

/** What is written from right to left, or belongs to it. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const FIRST_STRONG_ISOLATE = '\u2068'
const POP_ISOLATE = '\u2069'

/** A text without controls, and without what turns the order of others. */
export function plainly(text: string): string {
  return withoutUnsafe(text).trim()
}

/** The name of a key to be seen: its id where nothing of the name is visible. */
export function nameOf({ application_name, id }: Pick<Key, 'application_name' | 'id'>): string {
  const name = plainly(application_name)
  return isVisible(name) ? name : id
}

/** A text within a sentence, whose order it leaves alone: in attributes and for screen readers, too. */
export function isolated(text: string): string {
  const plain = plainly(text)
  return RIGHT_TO_LEFT.test(plain) ? `${FIRST_STRONG_ISOLATE}${plain}${POP_ISOLATE}` : plain
}
