// What a key answers to a request, by what holds of it. Pure, and written from the contract alone.

export type Acl = 'anyone' | Address
export type Address = 'office' | 'home'
export type Status = 'active' | 'suspended'
export type Life = 'live' | 'gone'
export type Switch = 'on' | 'off'
/** The time of an end in milliseconds since 1970, as text. */
export type End = 'never' | `${number}`

export type Verdict =
  | 'allowed'
  | 'key_revoked'
  | 'account_inactive'
  | 'key_expired'
  | 'key_disabled'
  | 'ip_denied'
  /** Of a HEAD: one of the above with 401, or with 403. */
  | 'unauthorized'
  | 'forbidden'
  | 'unavailable'
  /** Whatever else was answered, such as `500` or `no answer`. */
  | { readonly other: string }

/** What decides a request: of the key, and of its account. */
export interface Truth {
  readonly life: Life
  readonly acl: Acl
  readonly switch: Switch
  readonly end: End
  readonly status: Status
}

/** What a key has that nobody has changed. */
export const UNCHANGED: Truth = {
  life: 'live',
  acl: 'anyone',
  switch: 'on',
  end: 'never',
  status: 'active',
}

/** The parts of a truth that belong to the key. The status belongs to its account. */
export const OF_KEY = ['life', 'acl', 'switch', 'end'] as const

/** In the contract's order. `nowMs`: the clock of the location that judges, in milliseconds since 1970. */
export function judge({ life, status, end, acl, ...key }: Truth, from: Address, nowMs: number) {
  if (life === 'gone') return 'key_revoked'
  if (status !== 'active') return 'account_inactive'
  if (end !== 'never' && nowMs >= Number(end)) return 'key_expired'
  if (key.switch === 'off') return 'key_disabled'
  return acl === 'anyone' || acl === from ? 'allowed' : 'ip_denied'
}

const OF_HEAD: Readonly<Record<ReturnType<typeof judge>, Verdict>> = {
  allowed: 'allowed',
  key_revoked: 'unauthorized',
  key_expired: 'unauthorized',
  account_inactive: 'forbidden',
  key_disabled: 'forbidden',
  ip_denied: 'forbidden',
}

/** The verdict as a client sees it. A refused HEAD has no body that tells which refusal it is. */
export function seen(verdict: ReturnType<typeof judge>, method: string): Verdict {
  return method === 'HEAD' ? OF_HEAD[verdict] : verdict
}
