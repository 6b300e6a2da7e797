// RateLimit and RateLimit-Policy: tell a client the limits of its key, and what is left of them
// (draft-ietf-httpapi-ratelimit-headers-11). Both are lists of RFC 9651. The upstream may have limits of its own, so
// the items of the gateway are appended.

import { type Allowance, leftOf, type Limits } from '../keys/allowance.ts'
import type { Policy } from '../keys/rate-limit.ts'

const POLICY = 'RateLimit-Policy'
const LIMIT = 'RateLimit'

/** `allowance`: what this isolate knows of the key's windows; null for nothing. */
export function addRateLimits(
  headers: Headers,
  limits: Limits,
  allowance: Allowance | null,
  nowMs: number,
): void {
  const { policies } = limits
  headers.append(POLICY, policies.map(toPolicyItem).join(', '))
  const left = policies.map((policy, index) => {
    const { left: requests, endsInMs } = leftOf(allowance, policies, index, nowMs)
    return `"${policy.name}";r=${requests};t=${Math.max(Math.ceil(endsInMs / 1_000), 1)}`
  })
  headers.append(LIMIT, left.join(', '))
  // A browser shows them to a page that the upstream allows (https://fetch.spec.whatwg.org/#http-cors-protocol).
  if (headers.has('Access-Control-Allow-Origin')) {
    headers.append('Access-Control-Expose-Headers', `${LIMIT}, ${POLICY}`)
  }
}

function toPolicyItem({ name, requests, perSeconds }: Policy): string {
  return `"${name}";q=${requests};w=${perSeconds}`
}
