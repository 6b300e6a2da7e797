// Whether a person was authenticated after it was asked for. A browser can take `max_age` and `prompt` out of the
// request on its way to the provider, so only `auth_time` tells. If `iat` is when the ID token was made, both times
// are of the provider's clock, and both of ours of our clock. Then the clocks need not agree. But some providers date
// `iat` back, such as Entra ID by five minutes. Nobody can tell that from a clock that is as far behind, so our clock
// decides where `iat` is more than a minute old.

/** Times in whole seconds lose up to one second each. */
const TOLERANCE_S = 2
/** An ID token comes straight from the provider, and so is new. */
const MAX_TOKEN_AGE_S = 60

interface Times {
  /** `iat` and `auth_time` of the ID token, in seconds since 1970. */
  readonly issuedAt: number
  readonly authTime: number
  /** When the gateway asked, and when it got the ID token, in milliseconds since 1970. */
  readonly askedAt: number
  readonly gotAt: number
}

export function isAuthenticatedAnew({ issuedAt, authTime, askedAt, gotAt }: Times): boolean {
  const askedS = askedAt / 1_000
  const gotS = gotAt / 1_000
  const ageS = issuedAt - authTime
  const isDatedBack = gotS - issuedAt > MAX_TOKEN_AGE_S || ageS < -TOLERANCE_S
  return isDatedBack
    ? authTime >= askedS - TOLERANCE_S && authTime <= gotS + TOLERANCE_S
    : ageS <= Math.max(0, gotS - askedS) + TOLERANCE_S
}
