// When a token of the database expires. Turso's are JSON Web Tokens; nobody verifies them here, since they
// are only sent.

import { Buffer } from 'node:buffer'

/** How long before its end a credential is warned of. */
export const EXPIRY_WARNING_MS = 14 * 24 * 60 * 60 * 1_000

export interface Expiry {
  /** The secret's. */
  readonly name: string
  readonly expiresAtMs: number
}

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
