import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importAesGcmKey } from '../../src/keys/key-ring.ts'
import { NONCE_BYTES, openToken, sealToken } from '../../src/keys/sealed-token.ts'
import { anyText } from '../../harness/ip-oracle.ts'
import { ringEntry, ringOf } from '../../harness/rings.ts'

const TOKEN = `cpk_a${'0'.repeat(43)}`
const OWNER = { keyId: 'key_1', accountId: 'acc_1' }
const NONCE = new Uint8Array(NONCE_BYTES).fill(7)

const ring = await ringOf(importAesGcmKey, ringEntry('a', 'A'), ringEntry('b', 'B'))

const id = fc.stringMatching(/^[a-z]{3}_[0-9a-f]{1,32}$/)
const anyOwner = fc.record({ keyId: id, accountId: id })
const anyNonce = fc.uint8Array({ minLength: NONCE_BYTES, maxLength: NONCE_BYTES })

describe('openToken()', () => {
  it('opens what was sealed for the same key and account', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), anyOwner, anyNonce, async (token, owner, nonce) => {
        const sealed = await sealToken(ring, token, owner, nonce)
        expect(await openToken(ring, sealed, { ...owner })).toBe(token)
      }),
    )
  })

  it('opens nothing for another key or another account', async () => {
    await fc.assert(
      fc.asyncProperty(anyOwner, anyOwner, async (owner, other) => {
        const sealed = await sealToken(ring, TOKEN, owner, NONCE)
        const isSame = owner.keyId === other.keyId && owner.accountId === other.accountId
        expect(await openToken(ring, sealed, other)).toBe(isSame ? TOKEN : null)
        const mixed = { keyId: owner.accountId, accountId: owner.keyId }
        const isMixed = owner.keyId === owner.accountId
        expect(await openToken(ring, sealed, mixed)).toBe(isMixed ? TOKEN : null)
      }),
    )
  })

  it.each([
    ['another key id', { ...OWNER, keyId: 'key_2' }],
    ['another account id', { ...OWNER, accountId: 'acc_2' }],
    ['a character moved between the ids', { keyId: 'key_1a', accountId: 'cc_1' }],
    ['no ids', { keyId: '', accountId: '' }],
  ])('opens nothing for %s', async (_, other) => {
    const sealed = await sealToken(ring, TOKEN, OWNER, NONCE)
    expect(await openToken(ring, sealed, OWNER)).toBe(TOKEN)
    expect(await openToken(ring, sealed, other)).toBeNull()
  })

  it('opens nothing of which one bit was changed', async () => {
    const sealed = await sealToken(ring, TOKEN, OWNER, NONCE)
    const bytes = Buffer.from(sealed.slice(2), 'base64url')
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes)
      changed[i] = (bytes[i] ?? 0) ^ 1
      const text = sealed.slice(0, 2) + changed.toString('base64url')
      expect(await openToken(ring, text, OWNER)).toBeNull()
    }
  })

  it('opens nothing that was cut short', async () => {
    const sealed = await sealToken(ring, TOKEN, OWNER, NONCE)
    for (let length = 0; length < sealed.length; length++) {
      expect(await openToken(ring, sealed.slice(0, length), OWNER)).toBeNull()
    }
  })

  it('opens with an older key of the ring, and not without it', async () => {
    const sealed = await sealToken(ring, TOKEN, OWNER, NONCE)
    const rotated = await ringOf(importAesGcmKey, ringEntry('c', 'C'), ringEntry('a', 'A'))
    const dropped = await ringOf(importAesGcmKey, ringEntry('c', 'C'))
    const replaced = await ringOf(importAesGcmKey, ringEntry('a', 'C'))
    expect(await openToken(rotated, sealed, OWNER)).toBe(TOKEN)
    expect(await openToken(dropped, sealed, OWNER)).toBeNull()
    expect(await openToken(replaced, sealed, OWNER)).toBeNull()
  })

  it('opens nothing that names another key of the ring', async () => {
    const sealed = await sealToken(ring, TOKEN, OWNER, NONCE)
    expect(await openToken(ring, `b${sealed.slice(1)}`, OWNER)).toBeNull()
  })

  it('answers null to any other text, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyText, anyText.map(named)), async (text) => {
        expect(await openToken(ring, text, OWNER)).toBeNull()
      }),
    )
  })
})

describe('sealToken()', () => {
  it('names the newest key and does not show the token', async () => {
    const sealed = await sealToken(ring, TOKEN, OWNER, NONCE)
    expect(sealed).toMatch(/^a\.[\w-]+$/)
    const bytes = Buffer.from(sealed.slice(2), 'base64url')
    expect(bytes.subarray(0, NONCE_BYTES)).toEqual(Buffer.from(NONCE))
    expect(bytes.length).toBe(NONCE_BYTES + TOKEN.length + 16)
    expect(bytes.includes('cpk_')).toBe(false)
  })

  it('makes another text with another nonce', async () => {
    const other = await sealToken(ring, TOKEN, OWNER, new Uint8Array(NONCE_BYTES).fill(8))
    expect(other.slice(20)).not.toBe((await sealToken(ring, TOKEN, OWNER, NONCE)).slice(20))
  })
})

function named(text: string): string {
  return `a.${text}`
}
