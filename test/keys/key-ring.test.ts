import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  importAesGcmKey,
  importHmacKey,
  importKeyRing,
  newestKey,
} from '../../src/keys/key-ring.ts'
import { anyText } from '../../harness/ip-oracle.ts'
import { ringEntry, ringOf } from '../../harness/rings.ts'

const ENTRY_A = ringEntry('a', 'A')
const KEY_A = ENTRY_A.slice(2)

describe('importKeyRing()', () => {
  it('reads the newest key first and keeps all of them', async () => {
    const ring = await ringOf(importHmacKey, ringEntry('b', 'B'), ENTRY_A, ringEntry('0', 'C'))
    expect(ring.newest).toBe('b')
    expect([...ring.keys.keys()]).toEqual(['b', 'a', '0'])
    expect(newestKey(ring)).toBe(ring.keys.get('b'))
  })

  it('allows spaces around an entry', async () => {
    const ring = await ringOf(importAesGcmKey, ` ${ringEntry('b', 'B')} `, ` ${ENTRY_A}\n`)
    expect([...ring.keys.keys()]).toEqual(['b', 'a'])
  })

  it.each([
    ['HMAC', importHmacKey],
    ['AES-GCM', importAesGcmKey],
  ] as const)('makes %s keys that cannot be exported', async (_, importKey) => {
    const key = newestKey(await ringOf(importKey, ENTRY_A))
    expect(key.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow()
  })

  it.each([
    ['nothing', ''],
    ['a comma alone', ','],
    ['an empty second entry', `${ENTRY_A},`],
    ['no id', KEY_A],
    ['an empty id', `:${KEY_A}`],
    ['an id of two characters', `aa:${KEY_A}`],
    ['an id that no token can name', `-:${KEY_A}`],
    ['an id beyond ASCII', `é:${KEY_A}`],
    ['no key', 'a:'],
    ['a key of 31 bytes', `a:${Buffer.alloc(31, 1).toString('base64url')}`],
    ['a key of 33 bytes', `a:${Buffer.alloc(33, 1).toString('base64url')}`],
    ['plain base64', `a:${Buffer.alloc(32, 0xff).toString('base64')}`],
    ['a space within', `a: ${KEY_A}`],
    ['a semicolon between entries', `${ENTRY_A};${ringEntry('b', 'B')}`],
    ['a good entry and a bad one', `${ENTRY_A},b`],
    ['an id twice', `${ENTRY_A},${ringEntry('a', 'B')}`],
  ])('refuses %s', async (_, text) => {
    expect(await importKeyRing(text, importHmacKey)).toEqual({
      ok: false,
      error: expect.any(String),
    })
  })

  it('says which entry is wrong, and nothing of what is in it', async () => {
    const secret = 'S3cret'.repeat(9)
    const result = await importKeyRing(`${ENTRY_A},b:${secret}`, importHmacKey)
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining('entry 2') })
    expect(JSON.stringify(result)).not.toContain(secret.slice(0, 6))
    expect(JSON.stringify(result)).not.toContain(KEY_A)
  })

  it('never throws', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        expect((await importKeyRing(text, importHmacKey)).ok).toBe(false)
      }),
    )
  })
})
