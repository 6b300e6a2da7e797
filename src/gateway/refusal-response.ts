// The only place where a refusal of the data plane becomes a Response.

import type { RequestId } from '../http/request-id.ts'
import { type PreparedProblem, preparedResponse, prepareProblem } from '../problems/problem.ts'
import type { Refusal } from './refusal.ts'
import { toProblem } from './refusal-problem.ts'

export type RefusalResponse = (refusal: Refusal, requestId: RequestId) => Response

/** Lets a browser application read a refusal, which only repeats what the application sent. */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'X-Request-Id, Retry-After, WWW-Authenticate',
}
/** About 2 MB. Refusals can name the client's address, so their number has no other bound. */
const MAX_PREPARED = 1_000

/** `errorsUrl`: the part of a problem's `type` before the code. */
export function createRefusalResponse(errorsUrl: string): RefusalResponse {
  /** Floods consist of refusals that differ only in the request id. So the rest of them is made once. */
  const prepared = new Map<string, PreparedProblem>()

  return function refusalResponse(refusal, requestId) {
    const name = JSON.stringify(refusal)
    let made = prepared.get(name)
    if (made === undefined) {
      if (prepared.size >= MAX_PREPARED) prepared.clear()
      const problem = toProblem(refusal)
      made = prepareProblem({ ...problem, headers: { ...CORS, ...problem.headers } }, errorsUrl)
      prepared.set(name, made)
    }
    return preparedResponse(made, requestId)
  }
}
