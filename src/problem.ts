// The one form of an error, on both planes: application/problem+json (RFC 9457).

import { Buffer } from 'node:buffer'

/** The stable, machine-readable names of all errors, of both planes. */
export type ProblemCode =
  // Portal API
  | 'credential_missing'
  | 'credential_ambiguous'
  | 'body_not_allowed'
  | 'request_malformed'
  | 'key_invalid'
  | 'key_revoked'
  | 'account_inactive'
  | 'ip_denied'
  | 'rate_limited'
  | 'authentication_unavailable'
  | 'upstream_unreachable'
  | 'upstream_timeout'
  // Admin API
  | 'cross_site_request'
  | 'unauthenticated'
  | 'login_failed'
  | 'not_found'
  | 'method_not_allowed'
  | 'account_pending'
  | 'account_suspended'
  | 'unsupported_media_type'
  | 'payload_too_large'
  | 'body_malformed'
  | 'validation_failed'
  | 'password_incorrect'
  | 'throttled'
  | 'key_limit_reached'
  | 'idempotency_mismatch'
  | 'email_taken'
  | 'version_conflict'
  | 'enforcement_pending'
  | 'storage_unavailable'
  | 'misconfigured'
  | 'unhealthy'
  | 'internal_error'

export interface Problem {
  readonly status: number
  readonly code: ProblemCode
  readonly title: string
  readonly detail: string
  /** Members beyond RFC 9457's, such as `errors` or `client_ip`. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** The body of a problem. */
export function problemJson(problem: Problem, requestId: string) {
  const { status, code, title, detail, members } = problem
  const type = `urn:portal-gateway:problem:${code}`
  return { type, title, status, detail, code, request_id: requestId, ...members }
}

export function problemResponse(problem: Problem, requestId: string): Response {
  const { status, headers } = problem
  const body = JSON.stringify(problemJson(problem, requestId))
  return new Response(body, {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      // Of the text in UTF-8, so that an answer to HEAD has it too.
      'Content-Length': String(Buffer.byteLength(body)),
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
      ...headers,
    },
  })
}
