// When a token of the database expires. Turso's are JSON Web Tokens; nobody verifies them here, since they
// are only sent.

import { Buffer } from 'node:buffer'

/** Of a date that can be written: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const MAX_DATE_S = 8.64e12

/** The end in milliseconds since 1970; null for a token without one, or one of another form. */
export function expiryOf(token: string | undefined): number | null {
  const payload = token?.split('.')[1] ?? ''
  try {
    const text = Buffer.from(payload, 'base64url').toString()
    const { exp } = JSON.parse(text) as { exp?: unknown }
    return typeof exp === 'number' && Math.abs(exp) <= MAX_DATE_S ? exp * 1_000 : null
  } catch {
    return null
  }
}
