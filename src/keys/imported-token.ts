// The tokens of imported keys, which this gateway did not make. They have no tag, so only a store can tell whether
// one is known. Its lookup id is a keyed hash of its SHA-256. A list of keys may hold no more than that SHA-256,
// and a copy of the stores holds nothing that authenticates.

import { createHash } from 'node:crypto'
import { type BlockHmacKey, blockHmac } from './block-hmac.ts'
import type { KeyRing } from './key-ring.ts'
import { lookupIdOf } from './token.ts'
import type { TokenPatterns } from './token-patterns.ts'

export const DIGEST_BYTES = 32

/**
 * What is hashed: a zero byte, and the SHA-256. A token of this gateway is hashed from its prefix on, which
 * begins with a letter. So no token of one kind has the lookup id of a token of the other kind.
 */
const message = new Uint8Array(1 + DIGEST_BYTES)

/** The SHA-256 of a token. */
export function digestOfToken(token: string): Uint8Array {
  return createHash('sha256').update(token).digest()
}

/** The lookup id of an imported token, from its SHA-256 and a key of TOKEN_KEYS. */
export function importedLookupId(key: BlockHmacKey, digest: Uint8Array): string {
  if (digest.length !== DIGEST_BYTES) throw new RangeError('A SHA-256 has 32 bytes')
  message.set(digest, 1)
  return lookupIdOf(blockHmac(key, message, message.length))
}

/**
 * The lookup ids that an imported token may have: one for each key of the ring, the newest first. A token keeps
 * the one of the key that was the newest when it was imported.
 */
export function importedLookupIds(ring: KeyRing<BlockHmacKey>, digest: Uint8Array): string[] {
  return [...ring.keys.values()].map((key) => importedLookupId(key, digest))
}

export interface ImportedTokens {
  /** Whether there are imported keys. */
  readonly isOn: boolean
  /** Whether requests can come with this token. */
  readonly isExpected: (token: string) => boolean
  /** The lookup ids that a token may have; null if it can be the token of no imported key. */
  readonly findLookupIds: (token: string) => readonly string[] | null
}

/** `patterns`: null if no key was imported. */
export function createImportedTokens(
  patterns: TokenPatterns | null,
  ring: KeyRing<BlockHmacKey>,
): ImportedTokens {
  const isExpected = (token: string) => patterns !== null && patterns.match(token)
  return {
    isOn: patterns !== null,
    isExpected,
    findLookupIds: (token) =>
      isExpected(token) ? importedLookupIds(ring, digestOfToken(token)) : null,
  }
}
