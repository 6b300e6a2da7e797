// Every refusal of the data plane, and the only place where a refusal becomes a Response. Malformed, mistyped,
// forged and never-issued tokens get the same answer, so that a client cannot tell them apart.

import type { RequestId } from '../http/request-id.ts'
import type { AccessRefusal } from '../keys/access.ts'
import type { UpstreamFault } from '../log/request-line.ts'
import {
  type PreparedProblem,
  type Problem,
  preparedResponse,
  prepareProblem,
} from '../problems/problem.ts'
import type { Policy } from '../keys/rate-limit.ts'
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
  | { readonly reason: 'request_malformed'; readonly part: keyof typeof MALFORMED }
  | UpstreamRefusal
  | { readonly reason: 'authentication_unavailable' }

/** The upstream did not answer, or nothing that can be passed on. `fault` is for the log. */
export type UpstreamRefusal = { readonly fault: UpstreamFault } & (
  | { readonly reason: 'upstream_unreachable'; readonly sent: keyof typeof UNREACHABLE }
  | { readonly reason: 'upstream_invalid' }
  | { readonly reason: 'upstream_timeout' }
)

const RETRY_AFTER_SECONDS = 5
const REALM = 'realm="Portal API"'
const ACCEPTED =
  'Send it as "Authorization: Token <key>", "Authorization: Bearer <key>" or "X-API-Key: <key>".'

/** Lets a browser application read a refusal, which only repeats what the application sent. */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'X-Request-Id, Retry-After, WWW-Authenticate',
}
/** Without `error` if no credential was sent (RFC 6750 §3). */
const CHALLENGE = { 'WWW-Authenticate': `Bearer ${REALM}, Token ${REALM}` }
const CHALLENGE_INVALID = {
  'WWW-Authenticate': `Bearer ${REALM}, error="invalid_token", Token ${REALM}`,
}

export type RefusalResponse = (refusal: Refusal, requestId: RequestId) => Response

/** `errorsUrl`: the part of a problem's `type` before the code. */
export function createRefusalResponse(errorsUrl: string): RefusalResponse {
  /** Refusals that repeat nothing of the request are prepared once, since floods consist of them. */
  const prepared = new Map<string, PreparedProblem>()

  return function refusalResponse(refusal, requestId) {
    const name = nameOf(refusal)
    const cached = prepared.get(name)
    if (cached !== undefined) return preparedResponse(cached, requestId)
    const problem = toProblem(refusal)
    const headers = { ...CORS, ...problem.headers }
    const made = prepareProblem({ ...problem, headers }, errorsUrl)
    if (hasFixedBody(refusal)) prepared.set(name, made)
    return preparedResponse(made, requestId)
  }
}

/** If `hasFixedBody`, refusals of the same name have the same body. */
function nameOf(refusal: Refusal): string {
  switch (refusal.reason) {
    case 'credential_missing':
      return `${refusal.reason} ${refusal.seen}`
    case 'key_disabled':
      return `${refusal.reason} ${refusal.isLeaked}`
    case 'request_malformed':
      return `${refusal.reason} ${refusal.part}`
    case 'upstream_unreachable':
      return `${refusal.reason} ${refusal.sent}`
    default:
      return refusal.reason
  }
}

/** Whether a refusal for this reason repeats nothing of the request or its key. */
function hasFixedBody({ reason }: Refusal): boolean {
  return !NAMES_DATA.some((name) => name === reason)
}

const NAMES_DATA: readonly Refusal['reason'][] = [
  'account_inactive',
  'ip_denied',
  'key_expired',
  'key_replaced',
  'rate_limited',
  'throttled',
]

function toProblem(refusal: Refusal): Problem {
  const code = refusal.reason
  switch (code) {
    case 'https_required':
      return {
        code,
        detail:
          'The request came over plain HTTP, so others could read it on its way. Use https: alone. An API key that was sent over plain HTTP should be replaced: create a new one and delete the old one.',
      }
    case 'credential_missing':
      return {
        code,
        detail: `${MISSING[refusal.seen]} ${ACCEPTED}`,
        headers: CHALLENGE,
      }
    case 'credential_ambiguous':
      return {
        code,
        detail:
          'The request carries more than one credential. Send the API key once, in one header.',
      }
    case 'key_invalid':
      return {
        code,
        detail:
          'This is not an API key of this service. Copy the whole key from the API Keys page; one double-click selects it.',
        headers: CHALLENGE_INVALID,
      }
    case 'throttled':
      return {
        code,
        detail: `Too many requests from this address came with what is no API key of this service. This key was not looked at. Wait ${refusal.retryAfterSeconds} ${refusal.retryAfterSeconds === 1 ? 'second' : 'seconds'} before the next request.`,
        headers: { 'Retry-After': String(refusal.retryAfterSeconds) },
      }
    case 'key_revoked':
      return {
        code,
        detail: 'This API key was deleted. Create a new one on the API Keys page.',
        headers: CHALLENGE_INVALID,
      }
    case 'key_expired':
      return {
        code,
        detail: `This API key expired at ${toTime(refusal.atMs)}. Set a later end on the API Keys page, or create a new key.`,
        headers: CHALLENGE_INVALID,
      }
    case 'key_replaced':
      return {
        code,
        detail: `This token ended at ${toTime(refusal.atMs)}, because its API key has another token now. Use the key's newest token; the API Keys page shows it.`,
        headers: CHALLENGE_INVALID,
      }
    case 'key_disabled':
      return { code, detail: refusal.isLeaked ? LEAKED : PAUSED }
    case 'account_inactive':
      return {
        code,
        detail: `The account of this API key is ${refusal.status}, so its keys do not work. Contact CommPeak to have it activated.`,
      }
    case 'ip_denied':
      return {
        code,
        detail: `${deniedAddress(refusal.clientIp)} Add the address to the key's IP ACL on the API Keys page, or call from one that is on it.`,
        members: { client_ip: refusal.clientIp },
      }
    case 'rate_limited':
      return {
        code,
        detail: `${refusal.violated.map(toMetText).join(' ')} Send no further one before the time in Retry-After has passed.`,
        members: { 'violated-policies': refusal.violated.map(({ name }) => name) },
        headers: { 'Retry-After': String(refusal.retryAfterSeconds) },
      }
    case 'body_not_allowed':
      return {
        code,
        detail: 'A GET or HEAD request with a body cannot be forwarded. Send it without a body.',
      }
    case 'request_malformed':
      return {
        code,
        detail: MALFORMED[refusal.part],
      }
    case 'upstream_unreachable':
      return {
        code,
        detail: UNREACHABLE[refusal.sent],
      }
    case 'upstream_invalid':
      return {
        code,
        detail:
          'The gateway let the request through, but what the Portal API answered is no HTTP response. The request may have taken effect.',
      }
    case 'upstream_timeout':
      return {
        code,
        detail:
          'The gateway let the request through, but the Portal API did not answer in time. The request may have taken effect.',
      }
    case 'authentication_unavailable':
      return {
        code,
        detail: 'Whether the API key is good cannot be known at the moment. Try again shortly.',
        headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
      }
  }
}

const MISSING = {
  nothing: 'The request carries no API key.',
  other_scheme:
    'The Authorization header does not carry an API key: its scheme is missing or is neither Token nor Bearer.',
  query: 'An API key in the query string is not accepted, since query strings end up in logs.',
}

const PAUSED =
  'This API key is paused by its owner. Resume it on the API Keys page to use it again.'
const LEAKED =
  'This API key is paused because its token was reported as leaked. Rotate the key on the API Keys page, and use its new token.'

const MALFORMED = {
  url: 'The host or path of the request is not one that a URL can have.',
  path: 'The path has a "." or ".." segment that shows only after decoding it once more, or before a ";". Send the path that it stands for.',
  body: 'The body of the request broke off or is malformed. The request may have taken effect.',
}

/** By whether the request was sent. `unknown` because the runtime reports a refused and a broken connection alike. */
const UNREACHABLE = {
  no: 'The gateway let the request through, but could not connect to the Portal API. Nothing was sent to it. Try again later.',
  unknown:
    'The gateway let the request through, but could not connect to the Portal API, or the connection broke before an answer came. The request may have taken effect.',
}

function toTime(ms: number): string {
  return new Date(ms).toISOString()
}

function toMetText({ name, requests, perSeconds }: Policy): string {
  const holder = name === 'key' ? 'This API key' : 'Each API key of the account'
  const times = requests === 1 ? '1 request' : `${requests} requests`
  return `${holder} may make ${times} in ${perSeconds} s, and this one has.`
}

function deniedAddress(clientIp: string | null): string {
  return clientIp === null
    ? 'This API key has an IP ACL, and the address of the client is missing or unreadable.'
    : `This API key has an IP ACL, and the client address ${clientIp} is not on it.`
}
