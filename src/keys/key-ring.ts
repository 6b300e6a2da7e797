// A key ring is a secret that can be rotated: `id:key,id:key`, newest first. An id is one base62 character, a
// key is 32 bytes in base64url. The newest key makes new values; every key of the ring reads old ones.

import { Buffer } from 'node:buffer'
import { err, ok, type Result } from '../shared/result.ts'

export interface KeyRing<Key = CryptoKey> {
  /** The id of the key that new values are made with. */
  readonly newest: string
  readonly keys: ReadonlyMap<string, Key>
}

/** Makes a key of 32 bytes: `importHmacKey`, `importAesGcmKey`, or `toBlockHmacKey`. */
export type ImportKey<Key> = (bytes: Uint8Array<ArrayBuffer>) => Key | Promise<Key>

const ENTRY = /^([0-9A-Za-z]):([0-9A-Za-z_-]{43})$/

/** Parses a ring and imports its keys. The error is a sentence without key material. */
export async function importKeyRing<Key>(
  text: string,
  importKey: ImportKey<Key>,
): Promise<Result<KeyRing<Key>, string>> {
  const keys = new Map<string, Key>()
  for (const [index, entry] of text.split(',').entries()) {
    const [, id, encoded] = ENTRY.exec(entry.trim()) ?? []
    if (id === undefined || encoded === undefined) {
      return err(`entry ${index + 1} is not one base62 character, ":" and 32 bytes in base64url`)
    }
    if (keys.has(id)) return err(`the key id "${id}" occurs twice`)
    keys.set(id, await importKey(Buffer.from(encoded, 'base64url')))
  }
  const [newest] = keys.keys()
  return newest === undefined ? err('it is empty') : ok({ newest, keys })
}

/** The ring's newest key. */
export function newestKey<Key>(ring: KeyRing<Key>): Key {
  const key = ring.keys.get(ring.newest)
  if (key === undefined) throw new TypeError('A key ring must hold its newest key')
  return key
}

export function importHmacKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}

export function importAesGcmKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}
