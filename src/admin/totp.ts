// Time-based one-time passwords (RFC 6238) as the common apps make them: HMAC-SHA-1, six digits, a new one every
// 30 seconds. RFC 4226 §4 asks for a secret of 160 bits.

import { createHmac } from 'node:crypto'
import { Secret, TOTP } from 'otpauth/bare'

export const SECRET_BYTES = 20
const PERIOD_SECONDS = 30
/** Clocks of phones differ, so the codes of the half minutes before and after count too (RFC 6238 §5.2). */
const WINDOW = 1
/** What the app shows above the code. */
const ISSUER = 'CommPeak'

/** The secret in base32, as an app takes it. */
export function toSecret(random: Uint8Array<ArrayBuffer>): string {
  return new Secret({ buffer: random.buffer }).base32
}

/** The URI that an app reads from a QR code. */
export function toUri(secret: string, email: string): string {
  return totpOf(secret, email).toString()
}

/** The time step of a code that is right about now; null if the code is wrong. */
export function findStep(secret: string, code: string, nowMs: number): number | null {
  const delta = totpOf(secret, '').validate({ token: code, timestamp: nowMs, window: WINDOW })
  return delta === null ? null : Math.floor(nowMs / 1_000 / PERIOD_SECONDS) + delta
}

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({ issuer: ISSUER, label, secret, period: PERIOD_SECONDS, hmac })
}

/** The hash functions that the library would bring along are those of the runtime. */
function hmac(algorithm: string, key: Uint8Array, message: Uint8Array): Uint8Array {
  return createHmac(algorithm.toLowerCase(), key).update(message).digest()
}
