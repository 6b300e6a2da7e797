// Fixed-width base62 (0-9A-Za-z) for 256-bit values: 43 digits, and one spelling per value. Every request
// decodes a token, so decoding takes eight digits per step: each operation on a BigInt allocates.

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BYTES = 32
/** Digits per step; their value is a safe integer, since 62^8 < 2^53. */
const STEP = 8
/** The factor that makes room for 0 to 8 more digits. */
const SCALES = Array.from({ length: STEP + 1 }, (_, digits) => 62n ** BigInt(digits))

/** The digits that 256 bits need, since 62^43 is just above 2^256. */
export const BASE62_DIGITS = 43

const VALUE_OF = new Int8Array(128).fill(-1)
for (let i = 0; i < DIGITS.length; i++) VALUE_OF[DIGITS.charCodeAt(i)] = i

/** The value, 0 to 61, of the base62 digit at `index`; -1 if there is no digit. */
export function base62Digit(text: string, index: number): number {
  return VALUE_OF[text.charCodeAt(index)] ?? -1
}

/** 32 bytes, big-endian, as 43 digits. */
export function encodeBase62(bytes: Uint8Array): string {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  let text = ''
  for (let i = 0; i < BASE62_DIGITS; i++) {
    text = DIGITS.charAt(Number(value % 62n)) + text
    value /= 62n
  }
  return text
}

/**
 * Decodes the 43 digits of `text` from `start` into 32 bytes from `at` on. Answers false, and leaves the
 * bytes untouched, for any other character and for values of 2^256 and above.
 */
export function decodeBase62(text: string, start: number, bytes: Uint8Array, at: number): boolean {
  const end = start + BASE62_DIGITS
  let value = 0n
  for (let next = start; next < end; next += STEP) {
    const stop = Math.min(next + STEP, end)
    let part = 0
    for (let i = next; i < stop; i++) {
      const digit = base62Digit(text, i)
      if (digit < 0) return false
      part = part * 62 + digit
    }
    value = value * (SCALES[stop - next] ?? 0n) + BigInt(part)
  }
  if (value >> BigInt(8 * BYTES) !== 0n) return false

  const view = new DataView(bytes.buffer, bytes.byteOffset + at, BYTES)
  for (let i = BYTES - 8; i >= 0; i -= 8) {
    view.setBigUint64(i, value) // its lowest 64 bits
    value >>= 64n
  }
  return true
}
