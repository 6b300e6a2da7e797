// Access tokens: prefix, one character that names the ring key, 43 base62 digits that carry 192
// random bits and a 64-bit tag. One HMAC-SHA-256 over prefix, ring character and random bits gives
// the tag (its first 8 bytes) and the lookup id (its last 24): so the worker knows a forgery without
// asking any store, and what the stores hold authenticates nobody.

import { Buffer } from 'node:buffer'
import { BASE62_DIGITS, decodeBase62, encodeBase62 } from './base62.ts'
import { type KeyRing, newestKey } from './key-ring.ts'

export const TOKEN_RANDOM_BYTES = 24
const TAG_BYTES = 8

export interface MintedToken {
  readonly token: string
  /** Where the key's record is, in KV and in libSQL: 24 bytes in base64url. */
  readonly lookupId: string
  /** The id of the ring key that made it; that key must stay in the ring while the token lives. */
  readonly ringKey: string
}

/** Makes a token of `random` (24 bytes) with the ring's newest key. */
export async function mintToken(
  prefix: string,
  ring: KeyRing,
  random: Uint8Array,
): Promise<MintedToken> {
  if (random.length !== TOKEN_RANDOM_BYTES) throw new RangeError('A token needs 24 random bytes')
  const mac = new Uint8Array(await macOf(prefix, ring.newest, newestKey(ring), random))
  const body = new Uint8Array(TOKEN_RANDOM_BYTES + TAG_BYTES)
  body.set(random)
  body.set(mac.subarray(0, TAG_BYTES), TOKEN_RANDOM_BYTES)
  const token = prefix + ring.newest + encodeBase62(body)
  return { token, lookupId: lookupIdOf(mac), ringKey: ring.newest }
}

/** The lookup id of a token that this ring issued; null for one that is malformed or forged. */
export async function verifyToken(
  prefix: string,
  ring: KeyRing,
  token: string,
): Promise<string | null> {
  if (token.length !== prefix.length + 1 + BASE62_DIGITS || !token.startsWith(prefix)) return null
  const ringKey = token.charAt(prefix.length)
  const key = ring.keys.get(ringKey)
  if (key === undefined) return null
  const body = decodeBase62(token, prefix.length + 1)
  if (body === null) return null

  const random = body.subarray(0, TOKEN_RANDOM_BYTES)
  const mac = new Uint8Array(await macOf(prefix, ringKey, key, random))
  let difference = 0 // accumulated, so that the time does not tell how many bytes were right
  for (let i = 0; i < TAG_BYTES; i++) {
    difference |= (mac[i] ?? 0) ^ (body[TOKEN_RANDOM_BYTES + i] ?? 0)
  }
  return difference === 0 ? lookupIdOf(mac) : null
}

function macOf(
  prefix: string,
  ringKey: string,
  key: CryptoKey,
  random: Uint8Array,
): Promise<ArrayBuffer> {
  const message = new Uint8Array(prefix.length + 1 + TOKEN_RANDOM_BYTES)
  for (let i = 0; i < prefix.length; i++) message[i] = prefix.charCodeAt(i)
  message[prefix.length] = ringKey.charCodeAt(0)
  message.set(random, prefix.length + 1)
  return crypto.subtle.sign('HMAC', key, message)
}

function lookupIdOf(mac: Uint8Array): string {
  return Buffer.from(mac.buffer, TAG_BYTES, mac.length - TAG_BYTES).toString('base64url')
}
