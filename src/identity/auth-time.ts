// Whether a person was authenticated after it was asked for. Both times of the provider come from its own clock,
// and both of ours from our clock, so it does not matter how far the clocks are apart.

/** Times in whole seconds lose up to one second each. */
const TOLERANCE_S = 2

interface Times {
  /** `iat` and `auth_time` of the ID token, in seconds since 1970. */
  readonly issuedAt: number
  readonly authTime: number
  /** When the gateway asked, and when it got the ID token, in milliseconds since 1970. */
  readonly askedAt: number
  readonly gotAt: number
}

export function isAuthenticatedAnew({ issuedAt, authTime, askedAt, gotAt }: Times): boolean {
  const ageS = issuedAt - authTime
  const sinceAskedS = Math.max(0, gotAt - askedAt) / 1_000
  return ageS >= -TOLERANCE_S && ageS <= sinceAskedS + TOLERANCE_S
}
