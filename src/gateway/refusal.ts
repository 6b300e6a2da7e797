// Every refusal of the data plane. Malformed, mistyped, forged and never-issued tokens are one, so that a client
// cannot tell them apart.

import type { AccessRefusal } from '../keys/access.ts'
import type { UpstreamFault } from '../log/request-line.ts'
import type { CredentialRefusal } from './credential.ts'
import type { LimitRefusal } from './request-limits.ts'

export type Refusal =
  | CredentialRefusal
  | AccessRefusal
  | LimitRefusal
  | { readonly reason: 'https_required' }
  | { readonly reason: 'key_invalid' }
  /** The client's address sent many credentials that are no tokens. */
  | { readonly reason: 'throttled'; readonly retryAfterSeconds: number }
  | { readonly reason: 'body_not_allowed' }
  | { readonly reason: 'request_malformed'; readonly part: 'url' | 'path' | 'body' }
  | UpstreamRefusal
  | { readonly reason: 'authentication_unavailable' }

/** The upstream did not answer, or nothing that can be passed on. `fault` is for the log. */
export type UpstreamRefusal = { readonly fault: UpstreamFault } & (
  | { readonly reason: 'upstream_unreachable'; readonly sent: 'no' | 'unknown' }
  | { readonly reason: 'upstream_invalid' }
  | { readonly reason: 'upstream_timeout' }
)
