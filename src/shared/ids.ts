// Ids: a prefix that names the kind, 12 hex digits of the time in milliseconds, and 20 random hex digits.
// Ids sort by age, so a list that is newest first needs only the id for its order and its cursor.

import { Buffer } from 'node:buffer'

export type IdKind = 'acc' | 'usr' | 'key' | 'ses' | 'evt'

declare const brand: unique symbol
/** A text that was checked to be an id of this kind. It is no secret and may be logged. */
export type Id<Kind extends IdKind> = string & { readonly [brand]: Kind }

const RANDOM_BYTES = 10

export function newId(kind: IdKind, nowMs: number): string {
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)))
  return firstId(kind, nowMs) + random.toString('hex')
}

/** The smallest id of a kind that could be made at a time or later. */
export function firstId(kind: IdKind, atMs: number): string {
  return `${kind}_${atMs.toString(16).padStart(12, '0')}`
}

export function isId<Kind extends IdKind>(kind: Kind, text: string): text is Id<Kind> {
  return text.startsWith(`${kind}_`) && /^[0-9a-f]{32}$/.test(text.slice(kind.length + 1))
}

/** The id; undefined if the text is none. */
export function toId<Kind extends IdKind>(
  kind: Kind,
  text: string | undefined,
): Id<Kind> | undefined {
  return text !== undefined && isId(kind, text) ? text : undefined
}
