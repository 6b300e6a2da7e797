import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { keyBytes, ringEntry, ringOf } from '../../harness/rings.ts'
import { toBlockHmacKey } from '../../src/keys/block-hmac.ts'
import {
  createImportedTokens,
  digestOfToken,
  importedLookupId,
  importedLookupIds,
} from '../../src/keys/imported-token.ts'
import { parseTokenPatterns } from '../../src/keys/token-patterns.ts'

const TOKEN = 'old_0123456789abcdef'
const ring = await ringOf(toBlockHmacKey, ringEntry('B', 'b'), ringEntry('A', 'a'))

describe('importedLookupIds()', () => {
  it('has one for each key of the ring, newest first: 24 bytes of an HMAC of the SHA-256', () => {
    const digest = createHash('sha256').update(TOKEN).digest()
    expect(Buffer.from(digestOfToken(TOKEN))).toEqual(digest)
    const expected = ['b', 'a'].map((secret) =>
      createHmac('sha256', keyBytes(secret))
        .update(Buffer.concat([Buffer.from([0]), digest]))
        .digest()
        .subarray(8)
        .toString('base64url'),
    )
    expect(importedLookupIds(ring, digest)).toEqual(expected)
  })

  it('refuses what is no SHA-256', () => {
    const [key] = ring.keys.values()
    if (key === undefined) throw new Error('the ring is empty')
    expect(() => importedLookupId(key, new Uint8Array(31))).toThrow(RangeError)
  })
})

describe('createImportedTokens()', () => {
  it('expects what a pattern matches, and nothing without one', () => {
    const patterns = parseTokenPatterns('["^old_[0-9a-f]{16}$"]')
    const tokens = createImportedTokens(patterns.ok ? patterns.value : null, ring)
    expect(tokens.findLookupIds(TOKEN)).toEqual(importedLookupIds(ring, digestOfToken(TOKEN)))
    expect(tokens.findLookupIds('old_')).toBeNull()
    expect(createImportedTokens(null, ring).findLookupIds(TOKEN)).toBeNull()
  })
})
