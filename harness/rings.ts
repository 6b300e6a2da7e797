// Key rings for tests: the keys are made of a letter, so that the same ring can be made twice.

import { Buffer } from 'node:buffer'
import { type ImportKey, importKeyRing, type KeyRing } from '../src/keys/key-ring.ts'

/** An entry of a ring: 32 bytes that are all the code of `letter`. */
export function ringEntry(id: string, letter: string): string {
  return `${id}:${keyBytes(letter).toString('base64url')}`
}

export function keyBytes(letter: string): Buffer {
  return Buffer.alloc(32, letter)
}

export async function ringOf<Key>(
  importKey: ImportKey<Key>,
  ...entries: readonly string[]
): Promise<KeyRing<Key>> {
  const ring = await importKeyRing(entries.join(','), importKey)
  if (!ring.ok) throw new Error(ring.error)
  return ring.value
}
