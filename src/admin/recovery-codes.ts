// Recovery codes: ten codes of 50 random bits, which stand in for a lost phone, each once. libSQL holds a hash that
// is keyed by the secret of the factor. That secret is sealed, so a copy of the database alone tests no guess, and
// a rotation of key rings leaves the codes as they are.

import { createHmac } from 'node:crypto'

const CODES = 10
const CHARACTERS = 10
/** Base32 (RFC 4648 §6) in lower case. Its digits are not mistaken for letters. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const CODE = /^[a-z2-7]{10}$/

/** New codes, such as `k3x7q-mz2ap`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: CODES }, () => {
    const random = crypto.getRandomValues(new Uint8Array(CHARACTERS))
    // 32 characters divide 256, so each is as likely as the others.
    const text = [...random].map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('')
    return `${text.slice(0, CHARACTERS / 2)}-${text.slice(CHARACTERS / 2)}`
  })
}

/** The keyed hash of a code, in any case, with or without its dash; null if the text cannot be a code. */
export function hashRecoveryCode(secret: string, text: string): string | null {
  const code = text.toLowerCase().replaceAll(/[\s-]/g, '')
  if (!CODE.test(code)) return null
  return createHmac('sha256', secret).update(`recovery code:${code}`).digest('base64url')
}
