// What a client is told about each refusal of the data plane.

import type { Policy } from '../keys/rate-limit.ts'
import type { Problem } from '../problems/problem.ts'
import type { Refusal } from './refusal.ts'

const RETRY_AFTER_SECONDS = 5
const REALM = 'realm="Portal API"'
const ACCEPTED =
  'Send it as "Authorization: Token <key>", "Authorization: Bearer <key>" or "X-API-Key: <key>".'

/** Without `error` if no credential was sent (RFC 6750 §3). */
const CHALLENGE = { 'WWW-Authenticate': `Bearer ${REALM}, Token ${REALM}` }
const CHALLENGE_INVALID = {
  'WWW-Authenticate': `Bearer ${REALM}, error="invalid_token", Token ${REALM}`,
}

/** The problem document of a refusal, and the headers that belong to it. */
export function toProblem(refusal: Refusal): Problem {
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
