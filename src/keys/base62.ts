// Fixed-width base62 (0-9A-Za-z) for 256-bit values: 43 digits, and one spelling per value. Every request
// decodes a token, so decoding does without BigInt, each operation on which allocates.

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BYTES = 32
/** Digits per step when decoding. 43 digits are a first step of 3 and ten steps of 4. */
const STEP = 4
const SCALE = 62 ** STEP
/** A limb has 24 bits, so a limb times SCALE plus a carry is less than 2^48, and exact in a double. */
const LIMB_BYTES = 3
const LIMB_SIZE = 2 ** (8 * LIMB_BYTES)
/** 264 bits: the last limb has 16 of the value's 256. */
const LIMBS = 11
const LAST_LIMB_SIZE = 2 ** 16

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

/** The value that is being decoded, the lowest limb first. Shared by all calls, since none awaits anything. */
const limbs = new Float64Array(LIMBS)

/**
 * Decodes the 43 digits of `text` from `start` into 32 bytes from `at` on. Answers false, and leaves the
 * bytes untouched, for any other character and for values of 2^256 and above.
 */
export function decodeBase62(text: string, start: number, bytes: Uint8Array, at: number): boolean {
  let next = start
  for (let step = 0; step < LIMBS; step++) {
    const stop = start + BASE62_DIGITS - STEP * (LIMBS - 1 - step)
    let carry = 0
    for (; next < stop; next++) {
      const digit = base62Digit(text, next)
      if (digit < 0) return false
      carry = carry * 62 + digit
    }
    // Each step adds at most one limb.
    for (let i = 0; i < step; i++) {
      const sum = (limbs[i] ?? 0) * SCALE + carry
      carry = Math.floor(sum / LIMB_SIZE)
      limbs[i] = sum - carry * LIMB_SIZE
    }
    limbs[step] = carry
  }
  if ((limbs[LIMBS - 1] ?? 0) >= LAST_LIMB_SIZE) return false
  for (let i = 0; i < BYTES; i++) {
    const place = BYTES - 1 - i
    bytes[at + i] = (limbs[Math.trunc(place / LIMB_BYTES)] ?? 0) >>> (8 * (place % LIMB_BYTES))
  }
  return true
}
