// The form of every error on both planes: application/problem+json (RFC 9457).

import { Buffer } from 'node:buffer'
import type { RequestId } from '../http/request-id.ts'
import { type ProblemCode, PROBLEMS } from './table.ts'

/** An error as an answer to one request. Status and title come from the table. */
export interface Problem {
  readonly code: ProblemCode
  /** The sentence about this request. */
  readonly detail: string
  /** Members beyond RFC 9457's, such as `errors` or `client_ip`. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** The body of a problem. `errorsUrl`: the part of `type` before the code. */
export function problemJson(problem: Problem, requestId: string, errorsUrl: string) {
  const { code, detail, members } = problem
  const { status, title } = PROBLEMS[code]
  const type = errorsUrl + code
  return { type, title, status, detail, code, request_id: requestId, ...members }
}

/** An answer that is complete except for the request id. Answers to different requests differ only in that. */
export interface PreparedProblem {
  readonly status: number
  readonly headers: Headers
  /** The body before and after the request id, and the UTF-8 bytes of both together. */
  readonly head: string
  readonly tail: string
  readonly bytes: number
  /** The length of the request id that Content-Length counts. */
  idLength: number
}

/** The empty member. It cannot occur inside a JSON string, where its quotes would be escaped. */
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
    idLength: -1,
  }
}

/** `requestId` is ASCII and needs no escaping in JSON. */
export function preparedResponse(prepared: PreparedProblem, requestId: RequestId): Response {
  const { status, headers, head, tail, bytes } = prepared
  // The response copies the headers, so the next answer may change them.
  headers.set('X-Request-Id', requestId)
  // Set here, so that an answer to HEAD has it too. Nearly all request ids are UUIDs, and so of one length.
  if (prepared.idLength !== requestId.length) {
    prepared.idLength = requestId.length
    headers.set('Content-Length', String(bytes + requestId.length))
  }
  return new Response(head + requestId + tail, { status, headers })
}

export function problemResponse(
  problem: Problem,
  requestId: RequestId,
  errorsUrl: string,
): Response {
  return preparedResponse(prepareProblem(problem, errorsUrl), requestId)
}
