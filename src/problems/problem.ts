// The one form of an error, on both planes: application/problem+json (RFC 9457).

import { Buffer } from 'node:buffer'
import type { RequestId } from '../request-id.ts'
import { type ProblemCode, PROBLEMS } from './table.ts'

/** Status and title are those that the table has for the code. */
export interface Problem {
  readonly code: ProblemCode
  /** What is to be said about this request. */
  readonly detail: string
  /** Members beyond RFC 9457's, such as `errors` or `client_ip`. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** The body of a problem. `errorsUrl`: what comes before the code in its `type`. */
export function problemJson(problem: Problem, requestId: string, errorsUrl: string) {
  const { code, detail, members } = problem
  const { status, title } = PROBLEMS[code]
  const type = errorsUrl + code
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

export function prepareProblem(problem: Problem, errorsUrl: string): PreparedProblem {
  const body = JSON.stringify(problemJson(problem, '', errorsUrl))
  const idAt = body.indexOf(NO_REQUEST_ID) + NO_REQUEST_ID.length - 1
  return {
    status: PROBLEMS[problem.code].status,
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

export function problemResponse(
  problem: Problem,
  requestId: RequestId,
  errorsUrl: string,
): Response {
  return preparedResponse(prepareProblem(problem, errorsUrl), requestId)
}
