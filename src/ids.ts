// Ids: a prefix that names the kind, 12 hex digits of the time in milliseconds, 20 random ones. They
// sort by age, which makes "newest first" and its cursor one indexed column.

import { Buffer } from 'node:buffer'

export type IdKind = 'acc' | 'key' | 'ses' | 'evt'

const RANDOM_BYTES = 10

export function newId(kind: IdKind, nowMs: number): string {
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)))
  return `${kind}_${nowMs.toString(16).padStart(12, '0')}${random.toString('hex')}`
}

export function isId(kind: IdKind, text: string): boolean {
  return text.startsWith(`${kind}_`) && /^[0-9a-f]{32}$/.test(text.slice(kind.length + 1))
}
