// Whether the ID token of a confirmation is in time. A provider may let it end with `max_age`, as Entra ID is reported
// to do. A confirmation asks with `max_age=0`, so such a token has ended as soon as the person was authenticated, and
// before a second factor was asked for. It came straight from the provider for this nonce, so its end guards nothing
// more, and `auth_time` says whether it is new.

import type { JWTPayload } from 'jose'

/** Times in whole seconds lose up to one second each. */
const ROUNDING_S = 2

/** `toleranceS`: how far the clocks may be apart. */
export function isInTime(
  { exp, nbf, auth_time: authTime }: JWTPayload,
  nowMs: number,
  toleranceS: number,
): boolean {
  if (exp === undefined) return false
  const nowS = nowMs / 1_000
  if (nbf !== undefined && nbf > nowS + toleranceS) return false
  const endedWithMaxAge = typeof authTime === 'number' && exp >= authTime - ROUNDING_S
  return exp > nowS - toleranceS || endedWithMaxAge
}
