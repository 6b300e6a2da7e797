// How many requests a key may make in a time. A key has a limit of its own, and the operator may set one for each
// key of an account. Both hold.

/** The lengths that a window may have, in seconds. */
export const WINDOW_SECONDS = [1, 10, 60, 3_600, 86_400] as const

export const MAX_REQUESTS = 1_000_000

export interface RateLimit {
  /** How many requests are let through in a window, 1 to `MAX_REQUESTS`. */
  readonly requests: number
  /** The length of a window. */
  readonly perSeconds: number
}

/** Whose limit it is. */
export type PolicyName = 'key' | 'account'

/** A limit that a key is held to. */
export interface Policy extends RateLimit {
  readonly name: PolicyName
}

/** What a record says of limits. */
export interface LimitFacts {
  readonly rateLimit: RateLimit | null
  /** The limit that the operator has set for each key of the account. */
  readonly accountRateLimit: RateLimit | null
}

/** The limits that a key is held to; none if the list is empty. */
export function policiesOf({ rateLimit, accountRateLimit }: LimitFacts): readonly Policy[] {
  const named = (name: PolicyName, limit: RateLimit | null): Policy[] =>
    limit === null ? [] : [{ name, ...limit }]
  return [...named('key', rateLimit), ...named('account', accountRateLimit)]
}

export function isSameLimit(a: RateLimit | null, b: RateLimit | null): boolean {
  if (a === null || b === null) return a === b
  return a.requests === b.requests && a.perSeconds === b.perSeconds
}

export function isSamePolicies(a: readonly Policy[], b: readonly Policy[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  return a.every((policy, index) => {
    const other = b[index]
    return other !== undefined && policy.name === other.name && isSameLimit(policy, other)
  })
}

/** Whether a limit lets more through than another one, at once or in the long run. Null is no limit. */
export function isLooser(limit: RateLimit | null, than: RateLimit | null): boolean {
  if (limit === null || than === null) return limit === null && than !== null
  const rate = limit.requests / limit.perSeconds
  return limit.requests > than.requests || rate > than.requests / than.perSeconds
}
