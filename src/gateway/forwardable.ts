// Whether a request can be forwarded at all. It is judged before a request spends of a limit, since a refused
// request spends nothing.

import { hasUnforwardableBody, type Incoming } from './incoming.ts'
import type { Refusal } from './refusal.ts'
import { hasForwardableLength } from './relayed-body.ts'
import { mayLeave } from './upstream-url.ts'

type Unforwardable = Extract<Refusal, { readonly reason: 'body_not_allowed' | 'request_malformed' }>

/** The refusal of a request that no upstream can get, whoever sent it; null if it can. `base`: of the upstream. */
export function findUnforwardable(request: Incoming, base: string): Unforwardable | null {
  if (hasUnforwardableBody(request)) return { reason: 'body_not_allowed' }
  if (mayLeave(base, request.url)) return { reason: 'request_malformed', part: 'path' }
  if (request.body !== null && !hasForwardableLength(request)) {
    return { reason: 'request_malformed', part: 'body' }
  }
  return null
}
