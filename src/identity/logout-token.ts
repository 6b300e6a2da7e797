// The logout token that an identity provider sends (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6).

import type { JWTPayload } from 'jose'

/** Whose sessions end: those of a session at the provider, those of a person, or those of both. */
export interface Logout {
  readonly sid: string | null
  readonly subject: string | null
  /** Names the token, which is good once. */
  readonly jti: string
  /** In milliseconds since 1970. */
  readonly expiresAt: number
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const MAX_ID = 255

/** What a verified token asks for; null if it is no logout token. */
export function toLogout(claims: JWTPayload): Logout | null {
  const { sub, sid, jti, exp, events, nonce } = claims
  if (nonce !== undefined || !isObject(events) || !isObject(events[EVENT])) return null
  if (!isId(jti) || exp === undefined) return null
  const isNamed = (sub !== undefined && isId(sub)) || (sid !== undefined && isId(sid))
  const isOdd = (sub !== undefined && !isId(sub)) || (sid !== undefined && !isId(sid))
  if (!isNamed || isOdd) return null
  return {
    sid: isId(sid) ? sid : null,
    subject: isId(sub) ? sub : null,
    jti,
    expiresAt: exp * 1_000,
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID
}
