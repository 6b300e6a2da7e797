// The value of a session cookie: 24 random bytes and a keyed tag of 8 bytes, in base64url. With the tag, a
// forged or mistyped cookie is refused without asking libSQL. libSQL holds a keyed hash of the value.

import { Buffer } from 'node:buffer'
import { timingSafeEqual } from 'node:crypto'
import { type KeyRing, newestKey } from '../keys/key-ring.ts'

export const SESSION_RANDOM_BYTES = 24
const TAG_BYTES = 8
const VALUE = /^[\w-]{43}$/

export async function mintSessionToken(ring: KeyRing, random: Uint8Array): Promise<string> {
  return Buffer.concat([random, await tagOf(random, newestKey(ring))]).toString('base64url')
}

/**
 * 'issued' if `mintSessionToken` made the value, 'foreign' if no version can have made it. 'untagged' if an
 * older version may have made it, whose values were 32 random bytes.
 */
export async function readSessionToken(
  value: string,
  ring: KeyRing,
): Promise<'issued' | 'untagged' | 'foreign'> {
  const bytes = Buffer.from(value, 'base64url')
  // The last character can carry bits beyond the bytes. Only one spelling is accepted.
  if (!VALUE.test(value) || bytes.toString('base64url') !== value) return 'foreign'
  const random = bytes.subarray(0, SESSION_RANDOM_BYTES)
  const tag = bytes.subarray(SESSION_RANDOM_BYTES)
  for (const key of ring.keys.values()) {
    if (timingSafeEqual(await tagOf(random, key), tag)) return 'issued'
  }
  return 'untagged'
}

async function tagOf(random: Uint8Array, key: CryptoKey): Promise<Uint8Array> {
  const text = `session tag:${Buffer.from(random).toString('base64url')}`
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text))
  return new Uint8Array(mac, 0, TAG_BYTES)
}
