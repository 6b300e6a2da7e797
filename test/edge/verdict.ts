// What a key answers to a request, by what holds of it. Pure, and written from the contract alone.

export type Acl = 'anyone' | Address
export type Address = 'office' | 'home'
export type Status = 'active' | 'suspended'
export type Life = 'live' | 'gone'
export type Switch = 'on' | 'off'
/** Whether a token was reported as leaked. */
export type Leak = 'no' | 'leaked'
/** The time of an end in milliseconds since 1970, as text. */
export type End = 'never' | `${number}`
/** Of a token: when a rotation ends it, or that it has ended for good. */
export type TokenEnd = End | 'ended'
/** So many requests in so many seconds. */
export type Limit = 'none' | `${number}/${number}`

export type Verdict =
  | 'allowed'
  | 'key_revoked'
  | 'account_inactive'
  | 'key_expired'
  | 'key_replaced'
  | 'key_disabled'
  | 'ip_denied'
  | 'rate_limited'
  /** Of a HEAD: one of the above with 401, or with 403. */
  | 'unauthorized'
  | 'forbidden'
  | 'unavailable'
  /** Whatever else was answered, such as `500` or `no answer`. */
  | { readonly other: string }

/** What decides a request: of the key, of the token that it came with, and of the account. */
export interface Truth {
  readonly life: Life
  readonly acl: Acl
  readonly switch: Switch
  readonly leak: Leak
  readonly end: End
  readonly token: TokenEnd
  readonly status: Status
  readonly limit: Limit
  /** The limit that the operator has set for each key of the account. */
  readonly ceiling: Limit
}

/** What a key has that nobody has changed. */
export const UNCHANGED: Truth = {
  life: 'live',
  acl: 'anyone',
  switch: 'on',
  leak: 'no',
  end: 'never',
  token: 'never',
  status: 'active',
  limit: 'none',
  ceiling: 'none',
}

/** The parts of a truth that belong to the key itself. */
export const OF_KEY = ['life', 'acl', 'switch', 'leak', 'end', 'limit'] as const

type Judged = Exclude<
  Verdict,
  'unauthorized' | 'forbidden' | 'unavailable' | { readonly other: string }
>

/**
 * What may be answered. `nowMs`: the clock of the location that judges, in milliseconds since 1970. The end of a token
 * is final like a deletion: a location that knows of it need not know what became of the key since.
 */
export function judge(truth: Truth, from: Address, nowMs: number): readonly Judged[] {
  const verdict = judgeInOrder(truth, from, nowMs)
  // How many requests were let through before, check-windows.ts counts.
  if (verdict === 'allowed' && isLimited(truth)) return [verdict, 'rate_limited']
  return isOver(truth, nowMs) ? [verdict, 'key_replaced'] : [verdict]
}

/** In the contract's order. */
function judgeInOrder(truth: Truth, from: Address, nowMs: number): Judged {
  const { life, status, end, leak, acl } = truth
  if (life === 'gone') return 'key_revoked'
  if (status !== 'active') return 'account_inactive'
  if (end !== 'never' && nowMs >= Number(end)) return 'key_expired'
  if (isOver(truth, nowMs)) return 'key_replaced'
  if (leak === 'leaked' || truth.switch === 'off') return 'key_disabled'
  return acl === 'anyone' || acl === from ? 'allowed' : 'ip_denied'
}

function isLimited({ limit, ceiling }: Truth): boolean {
  return limit !== 'none' || ceiling !== 'none'
}

function isOver({ token }: Truth, nowMs: number): boolean {
  return token === 'ended' || (token !== 'never' && nowMs >= Number(token))
}

const OF_HEAD: Readonly<Record<Judged, Verdict>> = {
  allowed: 'allowed',
  key_revoked: 'unauthorized',
  key_expired: 'unauthorized',
  key_replaced: 'unauthorized',
  account_inactive: 'forbidden',
  key_disabled: 'forbidden',
  ip_denied: 'forbidden',
  rate_limited: 'rate_limited',
}

/** The verdict as a client sees it. A refused HEAD has no body that tells which refusal it is. */
export function seen(verdict: Judged, method: string): Verdict {
  return method === 'HEAD' ? OF_HEAD[verdict] : verdict
}
