// The one form of an error, on both planes: application/problem+json (RFC 9457).

import { Buffer } from 'node:buffer'

export interface Problem {
  readonly status: number
  /** The stable, machine-readable name of the error. */
  readonly code: string
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
