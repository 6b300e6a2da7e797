// The value of a session cookie: 24 random bytes and a keyed tag of 8, in base64url. The tag tells a forged
// or mistyped cookie from one that was issued without asking libSQL, which holds a keyed hash of the value.

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
 * Whether this is a value that `mintSessionToken` made; 'untagged' where it may be one of a version before
 * it, which were random as a whole.
 */
export async function readSessionToken(
  value: string,
  ring: KeyRing,
): Promise<'issued' | 'untagged' | 'foreign'> {
  const bytes = Buffer.from(value, 'base64url')
  // A last character can carry bits that no byte has: one spelling alone is good.
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
