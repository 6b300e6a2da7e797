// When a token of the database expires. Turso's are JSON Web Tokens; nobody verifies them here, since they
// are only sent.

import { Buffer } from 'node:buffer'

/** The end in milliseconds since 1970; null for a token without one, or one of another form. */
export function expiryOf(token: string | undefined): number | null {
  const payload = token?.split('.')[1] ?? ''
  try {
    const text = Buffer.from(payload, 'base64url').toString()
    const { exp } = JSON.parse(text) as { exp?: unknown }
    return typeof exp === 'number' ? exp * 1_000 : null
  } catch {
    return null
  }
}
