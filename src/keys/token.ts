// Access tokens: a prefix, one character that names the ring key, and 43 base62 digits that carry 192
// random bits and a 64-bit tag. One HMAC-SHA-256 over prefix, ring character and random bits gives the tag
// (its first 8 bytes) and the lookup id (its last 24). So the worker detects a forgery without asking a
// store, and the stores hold nothing that would authenticate a request.

import { BASE62_DIGITS, decodeBase62, encodeBase62 } from './base62.ts'
import { type BlockHmacKey, blockHmac, MAX_MESSAGE_BYTES, MAC_BYTES } from './block-hmac.ts'
import { type KeyRing, newestKey } from './key-ring.ts'

export const TOKEN_RANDOM_BYTES = 24
const TAG_BYTES = 8
export const LOOKUP_ID_BYTES = 24
/** How many characters follow the prefix and the id of the ring key. */
export const TOKEN_BODY_LENGTH = BASE62_DIGITS

export interface MintedToken {
  readonly token: string
  /** Finds the key's record in KV and in libSQL: 24 bytes in base64url. */
  readonly lookupId: string
  /** The id of the ring key that made it; that key must stay in the ring while the token lives. */
  readonly ringKey: string
}

/**
 * The bytes of the token at hand: prefix, ring character, random bits, tag. Shared by all calls, which is
 * safe because no call awaits anything.
 */
const tokenBytes = new Uint8Array(MAX_MESSAGE_BYTES + TAG_BYTES)

/** Makes a token of `random` (24 bytes) with the ring's newest key. */
export function mintToken(
  prefix: string,
  ring: KeyRing<BlockHmacKey>,
  random: Uint8Array,
): MintedToken {
  if (random.length !== TOKEN_RANDOM_BYTES) throw new RangeError('A token needs 24 random bytes')
  const head = prefix + ring.newest
  writeHead(head)
  tokenBytes.set(random, head.length)
  const mac = blockHmac(newestKey(ring), tokenBytes, head.length + TOKEN_RANDOM_BYTES)
  const body = new Uint8Array(TOKEN_RANDOM_BYTES + TAG_BYTES)
  body.set(random)
  body.set(mac.subarray(0, TAG_BYTES), TOKEN_RANDOM_BYTES)
  return { token: head + encodeBase62(body), lookupId: lookupIdOf(mac), ringKey: ring.newest }
}

/** The lookup id of a token that was made with this ring; null if the token is malformed or forged. */
export function verifyToken(
  prefix: string,
  ring: KeyRing<BlockHmacKey>,
  token: string,
): string | null {
  const headLength = prefix.length + 1
  if (token.length !== headLength + BASE62_DIGITS || !token.startsWith(prefix)) return null
  const key = ring.keys.get(token.charAt(prefix.length))
  if (key === undefined) return null
  writeHead(token.slice(0, headLength))
  if (!decodeBase62(token, headLength, tokenBytes, headLength)) return null

  const tagAt = headLength + TOKEN_RANDOM_BYTES
  const mac = blockHmac(key, tokenBytes, tagAt)
  let difference = 0 // accumulated, so that the time does not reveal how many bytes match
  for (let i = 0; i < TAG_BYTES; i++) difference |= (mac[i] ?? 0) ^ (tokenBytes[tagAt + i] ?? 0)
  return difference === 0 ? lookupIdOf(mac) : null
}

/** By which the owner of a token knows it. */
export function lastFourOf(token: string): string {
  return token.slice(-4)
}

/** Prefix and ring key are letters, digits and underscores, so each character is one byte. */
function writeHead(head: string): void {
  for (let i = 0; i < head.length; i++) tokenBytes[i] = head.charCodeAt(i)
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Each pair of base64url digits, indexed by its 12 bits. */
const PAIRS = Array.from(
  { length: 4096 },
  (_, bits) => BASE64URL.charAt(bits >> 6) + BASE64URL.charAt(bits & 63),
)

/** The lookup id in a MAC. Encodes in JavaScript, since every request would pay for a call into the runtime. */
export function lookupIdOf(mac: Uint8Array): string {
  let text = ''
  for (let i = TAG_BYTES; i < MAC_BYTES; i += 3) {
    const bits = ((mac[i] ?? 0) << 16) | ((mac[i + 1] ?? 0) << 8) | (mac[i + 2] ?? 0)
    text += (PAIRS[bits >> 12] ?? '') + (PAIRS[bits & 0xfff] ?? '')
  }
  return text
}
