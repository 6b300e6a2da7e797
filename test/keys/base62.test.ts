import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BASE62_DIGITS, base62Digit, decodeBase62, encodeBase62 } from '../../src/keys/base62.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LIMIT = 1n << 256n

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

describe('base62Digit()', () => {
  it('knows the digits, and no other code unit', () => {
    for (let unit = 0; unit <= 0xffff; unit++) {
      const text = String.fromCharCode(unit)
      expect(base62Digit(text, 0)).toBe(ALPHABET.indexOf(text))
    }
  })

  it('finds no digit outside the text', () => {
    expect(base62Digit('1', 1)).toBe(-1)
    expect(base62Digit('1', -1)).toBe(-1)
  })
})

describe('encodeBase62()', () => {
  it.each([
    [0n, '0'.repeat(BASE62_DIGITS)],
    [1n, '1'.padStart(BASE62_DIGITS, '0')],
    [61n, 'z'.padStart(BASE62_DIGITS, '0')],
    [62n, '10'.padStart(BASE62_DIGITS, '0')],
    [LIMIT - 1n, textOf(LIMIT - 1n)],
  ])('writes %d', (value, text) => {
    expect(encodeBase62(bytesOf(value))).toBe(text)
  })

  it('writes what plain arithmetic says, and it reads back', () => {
    fc.assert(
      fc.property(bytes32, (bytes) => {
        const text = encodeBase62(bytes)
        expect(text).toBe(textOf(valueOf(bytes)))
        expect(decoded(text, 0)).toEqual(bytes)
      }),
      { numRuns: 500 },
    )
  })
})

describe('decodeBase62()', () => {
  it('reads a value below 2^256 as plain arithmetic does, and none above', () => {
    const digits = fc.array(fc.nat(61), { minLength: BASE62_DIGITS, maxLength: BASE62_DIGITS })
    // Near the limit too: 62^43 is only 2 % above it.
    const nearLimit = fc
      .bigInt({ min: -1n << 250n, max: 1n << 250n })
      .map((distance) => textOf(LIMIT + distance))
    const spelling = fc.oneof(
      digits.map((values) => values.map((value) => ALPHABET.charAt(value)).join('')),
      nearLimit,
    )
    fc.assert(
      fc.property(spelling, (text) => {
        let value = 0n
        for (const digit of text) value = value * 62n + BigInt(ALPHABET.indexOf(digit))
        expect(decoded(text, 0)).toEqual(value < LIMIT ? bytesOf(value) : null)
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['2^256 - 1', LIMIT - 1n, true],
    ['2^256', LIMIT, false],
    ['2^256 + 1', LIMIT + 1n, false],
    ['62^43 - 1', 62n ** 43n - 1n, false],
  ])('reads %s: %#', (_, value, readable) => {
    expect(decoded(textOf(value), 0)).toEqual(readable ? bytesOf(value) : null)
  })

  it('reads from where it is told, and no further than 43 digits', () => {
    const bytes = bytesOf(123_456_789n)
    expect(decoded(`!!${encodeBase62(bytes)}!`, 2)).toEqual(bytes)
  })

  it('writes where it is told, and nothing where it refuses', () => {
    const bytes = new Uint8Array(40).fill(0xee)
    expect(decodeBase62(encodeBase62(bytesOf(7n)), 0, bytes, 5)).toBe(true)
    expect([...bytes]).toEqual([...Array(5).fill(0xee), ...bytesOf(7n), 0xee, 0xee, 0xee])
    const before = bytes.slice()
    expect(decodeBase62(textOf(LIMIT), 0, bytes, 5)).toBe(false)
    expect(decodeBase62('-'.repeat(BASE62_DIGITS), 0, bytes, 5)).toBe(false)
    expect(bytes).toEqual(before)
  })

  it('refuses another character at each place', () => {
    const text = encodeBase62(bytesOf(LIMIT / 3n))
    for (let i = 0; i < BASE62_DIGITS; i++) {
      for (const other of ['-', '_', '+', '/', '=', ' ', '\0', '\x7f', '\x80', 'é', '０', 'İ']) {
        expect(decoded(text.slice(0, i) + other + text.slice(i + 1), 0)).toBeNull()
      }
    }
  })

  it('refuses a text that ends too soon', () => {
    const text = encodeBase62(bytesOf(5n))
    expect(decoded(text, 1)).toBeNull()
    expect(decoded(text.slice(1), 0)).toBeNull()
    expect(decoded('', 0)).toBeNull()
  })
})

function decoded(text: string, start: number): Uint8Array | null {
  const bytes = new Uint8Array(32)
  return decodeBase62(text, start, bytes, 0) ? bytes : null
}

function valueOf(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n)
}

function bytesOf(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32)
  for (let i = 31, rest = value; i >= 0; i--, rest /= 256n) bytes[i] = Number(rest % 256n)
  return bytes
}

function textOf(value: bigint): string {
  let text = ''
  for (let rest = value; rest > 0n; rest /= 62n) text = ALPHABET.charAt(Number(rest % 62n)) + text
  return text.padStart(BASE62_DIGITS, '0')
}
