// Access tokens: prefix, one character that names the ring key, 43 base62 digits that carry 192
// random bits and a 64-bit tag. One HMAC-SHA-256 over prefix, ring character and random bits gives
// the tag (its first 8 bytes) and the lookup id (its last 24): so the worker knows a forgery without
// asking any store, and what the stores hold authenticates nobody.

import { BASE62_DIGITS, decodeBase62, encodeBase62 } from './base62.ts'
import { type BlockHmacKey, blockHmac, LONGEST_MESSAGE, MAC_BYTES } from './block-hmac.ts'
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

/** What a token says: prefix, ring character, random bits, tag. One at a time, nothing here waits. */
const said = new Uint8Array(LONGEST_MESSAGE + TAG_BYTES)

/** Makes a token of `random` (24 bytes) with the ring's newest key. */
export function mintToken(
  prefix: string,
  ring: KeyRing<BlockHmacKey>,
  random: Uint8Array,
): MintedToken {
  if (random.length !== TOKEN_RANDOM_BYTES) throw new RangeError('A token needs 24 random bytes')
  const head = prefix + ring.newest
  writeHead(head)
  said.set(random, head.length)
  const mac = blockHmac(newestKey(ring), said, head.length + TOKEN_RANDOM_BYTES)
  const body = new Uint8Array(TOKEN_RANDOM_BYTES + TAG_BYTES)
  body.set(random)
  body.set(mac.subarray(0, TAG_BYTES), TOKEN_RANDOM_BYTES)
  return { token: head + encodeBase62(body), lookupId: lookupIdOf(mac), ringKey: ring.newest }
}

/** The lookup id of a token that this ring issued; null for one that is malformed or forged. */
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
  if (!decodeBase62(token, headLength, said, headLength)) return null

  const tagAt = headLength + TOKEN_RANDOM_BYTES
  const mac = blockHmac(key, said, tagAt)
  let difference = 0 // accumulated, so that the time does not tell how many bytes were right
  for (let i = 0; i < TAG_BYTES; i++) difference |= (mac[i] ?? 0) ^ (said[tagAt + i] ?? 0)
  return difference === 0 ? lookupIdOf(mac) : null
}

/** ASCII: a prefix and a ring key are letters, digits and underscores. */
function writeHead(head: string): void {
  for (let i = 0; i < head.length; i++) said[i] = head.charCodeAt(i)
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Two digits of base64url at a time, by their 12 bits. */
const PAIRS = Array.from(
  { length: 4096 },
  (_, bits) => BASE64URL.charAt(bits >> 6) + BASE64URL.charAt(bits & 63),
)

/** Without a call into the runtime, which a request that is let in would pay for. */
function lookupIdOf(mac: Uint8Array): string {
  let text = ''
  for (let i = TAG_BYTES; i < MAC_BYTES; i += 3) {
    const bits = ((mac[i] ?? 0) << 16) | ((mac[i + 1] ?? 0) << 8) | (mac[i + 2] ?? 0)
    text += (PAIRS[bits >> 12] ?? '') + (PAIRS[bits & 0xfff] ?? '')
  }
  return text
}
