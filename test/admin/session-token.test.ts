import { Buffer } from 'node:buffer'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  mintSessionToken,
  readSessionToken,
  SESSION_RANDOM_BYTES,
} from '../../src/admin/session-token.ts'
import { importHmacKey, importKeyRing, type KeyRing } from '../../src/keys/key-ring.ts'

const OLD_KEY = `A:${'A'.repeat(43)}`
const NEW_KEY = `B:${'B'.repeat(42)}A`
const RANDOM = new Uint8Array(SESSION_RANDOM_BYTES).fill(7)

let ring: KeyRing
let rotated: KeyRing

async function ringOf(text: string): Promise<KeyRing> {
  const imported = await importKeyRing(text, importHmacKey)
  if (!imported.ok) throw new TypeError(imported.error)
  return imported.value
}

beforeAll(async () => {
  ring = await ringOf(OLD_KEY)
  rotated = await ringOf(`${NEW_KEY},${OLD_KEY}`)
})

describe('readSessionToken()', () => {
  it('knows what was minted, under each key of the ring', async () => {
    const value = await mintSessionToken(ring, RANDOM)
    expect(value).toMatch(/^[\w-]{43}$/)
    expect(await readSessionToken(value, ring)).toBe('issued')
    expect(await readSessionToken(value, rotated)).toBe('issued')
    const newer = await mintSessionToken(rotated, RANDOM)
    expect(await readSessionToken(newer, rotated)).toBe('issued')
    expect(await readSessionToken(newer, ring)).toBe('untagged')
  })

  it('tells every other value of this length apart', async () => {
    const bytes = Buffer.from(await mintSessionToken(ring, RANDOM), 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(await readSessionToken(changed.toString('base64url'), ring)).toBe('untagged')
    }
  })

  it('knows one spelling alone', async () => {
    const value = await mintSessionToken(ring, RANDOM)
    const last = value.at(-1) ?? ''
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const twin = value.slice(0, -1) + alphabet[alphabet.indexOf(last) + 1]
    expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(value, 'base64url'))
    expect(await readSessionToken(twin, ring)).toBe('foreign')
  })

  it.each(['', 'forged', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}=`, 'ü'.repeat(43)])(
    'takes %j for foreign',
    async (value) => {
      expect(await readSessionToken(value, ring)).toBe('foreign')
    },
  )
})
