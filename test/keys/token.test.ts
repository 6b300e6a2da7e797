import { Buffer } from 'node:buffer'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toBlockHmacKey } from '../../src/keys/block-hmac.ts'
import { mintToken, TOKEN_RANDOM_BYTES, verifyToken } from '../../src/keys/token.ts'
import { keyBytes, ringEntry, ringOf } from '../../harness/rings.ts'
import { anyText } from '../../harness/ip-oracle.ts'

const PREFIX = 'cpk_'
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const GRAMMAR = /^cpk_[0-9A-Za-z]{40,64}$/
const LIMIT = 1n << 256n

const random24 = fc.uint8Array({ minLength: TOKEN_RANDOM_BYTES, maxLength: TOKEN_RANDOM_BYTES })
const ring = await ringOf(toBlockHmacKey, ringEntry('a', 'A'), ringEntry('0', 'B'))

describe('mintToken()', () => {
  it('makes a token of the published form, which verifies to its lookup id', () => {
    fc.assert(
      fc.property(random24, (random) => {
        const { token, lookupId, ringKey } = mintToken(PREFIX, ring, random)
        expect(token).toMatch(GRAMMAR)
        expect(ringKey).toBe('a')
        expect(token.charAt(PREFIX.length)).toBe(ringKey)
        expect(verifyToken(PREFIX, ring, token)).toBe(lookupId)
      }),
    )
  })

  it('splits one HMAC-SHA-256 into tag and lookup id', () => {
    fc.assert(
      fc.property(random24, (random) => {
        const { token, lookupId } = mintToken(PREFIX, ring, random)
        const mac = createHmac('sha256', keyBytes('A')).update(`${PREFIX}a`).update(random).digest()
        const body = Buffer.concat([random, mac.subarray(0, 8)])
        expect(token).toBe(`${PREFIX}a${base62(BigInt(`0x${body.toString('hex')}`))}`)
        expect(lookupId).toBe(mac.subarray(8).toString('base64url'))
      }),
    )
  })

  it('makes another token and another lookup id of other random bytes', () => {
    const tokens = new Set<string>()
    const lookupIds = new Set<string>()
    for (let i = 0; i < 100; i++) {
      const minted = mintToken(PREFIX, ring, new Uint8Array(TOKEN_RANDOM_BYTES).fill(i))
      tokens.add(minted.token)
      lookupIds.add(minted.lookupId)
    }
    expect([tokens.size, lookupIds.size]).toEqual([100, 100])
  })

  it.each([0, 23, 25])('takes 24 random bytes, not %d', (length) => {
    expect(() => mintToken(PREFIX, ring, new Uint8Array(length))).toThrow(RangeError)
  })
})

describe('verifyToken()', () => {
  const mint = () => mintToken(PREFIX, ring, new Uint8Array(TOKEN_RANDOM_BYTES).fill(0xa5))

  it('refuses every change of one character', () => {
    const { token } = mint()
    const changed: string[] = []
    for (let i = 0; i < token.length; i++) {
      const [before, after] = [token.slice(0, i), token.slice(i + 1)]
      const unit = token.charCodeAt(i)
      const lookalikes = [unit + 0x80, unit + 0x100, unit + 0xfee0].map((other) => {
        return String.fromCharCode(other)
      })
      for (const other of [...ALPHABET, ...lookalikes, '-', '_', ' ', '\0', '']) {
        if (other !== token.charAt(i)) changed.push(before + other + after)
      }
    }
    expect(changed.length).toBeGreaterThan(3_000)
    const lookupIds = changed.map((text) => verifyToken(PREFIX, ring, text))
    expect(changed.filter((_, i) => lookupIds[i] !== null)).toEqual([])
  })

  it('refuses two characters that changed places', () => {
    const { token } = mint()
    for (let i = 1; i < token.length; i++) {
      const [a, b] = [token.charAt(i - 1), token.charAt(i)]
      const swapped = token.slice(0, i - 1) + b + a + token.slice(i + 1)
      if (a !== b) expect(verifyToken(PREFIX, ring, swapped)).toBeNull()
    }
  })

  it('refuses a second spelling of a token, 2^256 above it', () => {
    fc.assert(
      fc.property(random24, (random) => {
        random[0] = 0 // 43 digits reach only 2 % beyond 2^256, so only small values have a second
        const { token } = mintToken(PREFIX, ring, random)
        const head = token.slice(0, PREFIX.length + 1)
        const value = fromBase62(token.slice(head.length))
        expect(head + base62(value)).toBe(token)
        const second = head + base62(value + LIMIT)
        expect(second).toMatch(GRAMMAR)
        expect(verifyToken(PREFIX, ring, second)).toBeNull()
      }),
    )
  })

  it.each([
    ['a space before', (token: string) => ` ${token}`],
    ['a space behind', (token: string) => `${token} `],
    ['a line feed behind', (token: string) => `${token}\n`],
    ['a NUL behind', (token: string) => `${token}\0`],
    ['quotes', (token: string) => `"${token}"`],
    ['a leading zero of its number', (token: string) => `cpk_a0${token.slice(5)}`],
    ['another digit', (token: string) => `${token}0`],
    ['one character less', (token: string) => token.slice(0, -1)],
    ['no prefix', (token: string) => token.slice(PREFIX.length)],
    ['its prefix twice', (token: string) => PREFIX + token],
    ['its prefix in capitals', (token: string) => token.replace('cpk_', 'CPK_')],
    ['everything in capitals', (token: string) => token.toUpperCase()],
    ['everything in small letters', (token: string) => token.toLowerCase()],
    ['percent-encoding', (token: string) => token.replace('_', '%5F')],
    ['itself twice', (token: string) => token + token],
    ['its prefix alone', () => PREFIX],
    ['nothing', () => ''],
  ])('refuses a token with %s', (_, change) => {
    const { token } = mint()
    const changed = change(token)
    expect(changed).not.toBe(token)
    expect(verifyToken(PREFIX, ring, changed)).toBeNull()
  })

  it('refuses a token that names another key of the ring', () => {
    const { token } = mint()
    const named0 = `${PREFIX}0${token.slice(PREFIX.length + 1)}`
    expect(verifyToken(PREFIX, ring, named0)).toBeNull()
  })

  it('refuses a token of another ring, under the same id too', async () => {
    const { token } = mint()
    const sameId = await ringOf(toBlockHmacKey, ringEntry('a', 'C'))
    const otherId = await ringOf(toBlockHmacKey, ringEntry('b', 'A'))
    expect(verifyToken(PREFIX, sameId, token)).toBeNull()
    expect(verifyToken(PREFIX, otherId, token)).toBeNull()
  })

  it('refuses a token that was made for another prefix', () => {
    const { token } = mintToken('abc_', ring, new Uint8Array(TOKEN_RANDOM_BYTES))
    expect(verifyToken('abc_', ring, token)).not.toBeNull()
    expect(verifyToken(PREFIX, ring, token)).toBeNull()
    expect(verifyToken(PREFIX, ring, token.replace('abc_', PREFIX))).toBeNull()
  })

  it('still verifies a token whose ring key is no longer the newest', async () => {
    const { token, lookupId } = mint()
    const rotated = await ringOf(toBlockHmacKey, ringEntry('z', 'Z'), ringEntry('a', 'A'))
    expect(verifyToken(PREFIX, rotated, token)).toBe(lookupId)
    expect(mintToken(PREFIX, rotated, new Uint8Array(24)).ringKey).toBe('z')
  })

  it('refuses what was never issued, and never throws', () => {
    const digits = fc.array(fc.constantFrom(...ALPHABET), { minLength: 43, maxLength: 43 })
    const forged = digits.map((text) => `${PREFIX}a${text.join('')}`)
    fc.assert(
      fc.property(fc.oneof(forged, anyText, anyText.map(prefixed)), (text) => {
        expect(verifyToken(PREFIX, ring, text)).toBeNull()
      }),
      { numRuns: 500 },
    )
  })
})

function prefixed(text: string): string {
  return `${PREFIX}a${text}`
}

function base62(value: bigint): string {
  let text = ''
  for (let rest = value; rest > 0n; rest /= 62n) text = ALPHABET.charAt(Number(rest % 62n)) + text
  return text.padStart(43, '0')
}

function fromBase62(text: string): bigint {
  return [...text].reduce((value, digit) => value * 62n + BigInt(ALPHABET.indexOf(digit)), 0n)
}
