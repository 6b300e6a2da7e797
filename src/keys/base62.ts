// Fixed-width base62 (0-9A-Za-z) for 256-bit values: 43 digits, one spelling a value.
// Decoding is on the hot path of every request, so it works on 24-bit limbs instead of BigInt.

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BYTES = 32
const LIMBS = 11 // 24 bits each: 264 bits, so 256 bits fit and a greater value shows in the last limb
const LIMB = 2 ** 24

/** Of the value that is being read, little-endian: one at a time, nothing here waits. */
const limbs = new Float64Array(LIMBS)

/** Digits that 256 bits need: 62^43 is just above 2^256. */
export const BASE62_DIGITS = 43

const VALUE_OF = new Int8Array(128).fill(-1)
for (let i = 0; i < DIGITS.length; i++) VALUE_OF[DIGITS.charCodeAt(i)] = i

/** The value, 0 to 61, of the base62 digit at `index`, or -1 where there is none. */
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
 * Reads the 43 digits of `text` from `start` into 32 bytes from `at` on. False for another character and for
 * 2^256 and above, with the bytes untouched.
 */
export function decodeBase62(text: string, start: number, bytes: Uint8Array, at: number): boolean {
  limbs.fill(0)
  let next = start
  const end = start + BASE62_DIGITS
  while (next < end) {
    // Four digits a step: 62^4 < 2^24, so a limb times it plus a carry stays below 2^53.
    const stop = Math.min(next + 4, end)
    let carry = 0
    let scale = 1
    for (; next < stop; next++) {
      const digit = base62Digit(text, next)
      if (digit < 0) return false
      carry = carry * 62 + digit
      scale *= 62
    }
    for (let i = 0; i < LIMBS; i++) {
      const sum = (limbs[i] ?? 0) * scale + carry
      carry = Math.floor(sum / LIMB)
      limbs[i] = sum - carry * LIMB
    }
  }
  if ((limbs[LIMBS - 1] ?? 0) > 0xffff) return false

  for (let i = 0; i < BYTES; i++) {
    const limb = limbs[Math.floor(i / 3)] ?? 0
    bytes[at + BYTES - 1 - i] = limb >> (8 * (i % 3))
  }
  return true
}
