// The one form of an error, on both planes: application/problem+json (RFC 9457).

import { Buffer } from 'node:buffer'
import type { RequestId } from './request-id.ts'

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

/** An answer put together but for the request id, the one thing in which two such answers differ. */
export interface PreparedProblem {
  readonly status: number
  readonly headers: Headers
  /** The body before the request id and behind it, and the bytes of both in UTF-8. */
  readonly head: string
  readonly tail: string
  readonly bytes: number
}

/** The member as it is before it has a value: inside a text of JSON its quotes would be escaped. */
const NO_REQUEST_ID = '"request_id":""'

export function prepareProblem(problem: Problem): PreparedProblem {
  const body = JSON.stringify(problemJson(problem, ''))
  const idAt = body.indexOf(NO_REQUEST_ID) + NO_REQUEST_ID.length - 1
  return {
    status: problem.status,
    headers: new Headers({
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...problem.headers,
    }),
    head: body.slice(0, idAt),
    tail: body.slice(idAt),
    bytes: Buffer.byteLength(body),
  }
}

/** `requestId`: of characters that JSON takes as they are, ASCII alone. */
export function preparedResponse(prepared: PreparedProblem, requestId: RequestId): Response {
  const { status, headers, head, tail, bytes } = prepared
  // The answer takes a copy of the headers, which are the next one's to change.
  headers.set('X-Request-Id', requestId)
  // So that an answer to HEAD has it too.
  headers.set('Content-Length', String(bytes + requestId.length))
  return new Response(head + requestId + tail, { status, headers })
}

export function problemResponse(problem: Problem, requestId: RequestId): Response {
  return preparedResponse(prepareProblem(problem), requestId)
}
