// The sentences of what will be refused of a key, and is not yet.

import { requests } from './counted.ts'
import { isolateDirection } from './display-text.ts'

const WHY: Readonly<Record<string, string>> = {
  ip_denied: 'not on its IP ACL',
  key_expired: 'the key has expired',
  key_replaced: 'it sends the old token',
  key_disabled: 'the key is paused',
  account_inactive: 'the account is not active',
  rate_limited: 'over the rate limit',
}

export const title = 'Would be refused'
export const hint =
  'IP ACLs, expiry and pauses are not enforced yet, so these requests still work. They stop working when enforcement begins.'
export const from = (address: string | null) =>
  address === null
    ? 'would be refused from other addresses'
    : `would be refused from ${isolateDirection(address)}`
/** `code`: the error code that such requests will get. */
export const why = (code: string | null, count: number, last: string) => {
  const reason = WHY[code ?? ''] ?? code ?? ''
  return count === 1
    ? `${reason}: one request, ${last}`
    : `${reason}: ${requests(count)}, the last ${last}`
}
