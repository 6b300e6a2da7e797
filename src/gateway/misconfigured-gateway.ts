// The data plane of a deployment whose settings or secrets are not valid. It refuses every request.

import type { RequestId } from '../http/request-id.ts'
import { coloOf, type LogRequest } from '../log/request-line.ts'
import { err } from '../shared/result.ts'
import type { Gateway } from './gateway.ts'
import type { Holder } from './holder.ts'
import { refuseExposed } from './plain-http.ts'
import type { Refusal } from './refusal.ts'
import { createRefusalResponse } from './refusal-response.ts'
import { startTrace, toRequestLine } from './trace.ts'

export interface MisconfiguredGatewayDeps {
  readonly errorsUrl: string
  readonly logRequest: LogRequest
  readonly nowMs: () => number
}

export function createMisconfiguredGateway({
  errorsUrl,
  logRequest,
  nowMs,
}: MisconfiguredGatewayDeps): { readonly gateway: Gateway; readonly holder: Holder } {
  const refusalResponse = createRefusalResponse(errorsUrl)
  const refuseHolder = (request: Request, requestId: RequestId) => {
    const refusal = refusalOf(request.url)
    return { response: refusalResponse(refusal, requestId), code: refusal.reason }
  }
  return {
    gateway(request, url) {
      const trace = startTrace(request.headers, nowMs())
      const refusal = refusalOf(url)
      trace.code = refusal.reason
      const response = refusalResponse(refusal, trace.requestId)
      logRequest(toRequestLine(request.method, response.status, coloOf(request), trace, nowMs()))
      return response
    },
    holder: {
      judge: async (request, requestId) => err(refuseHolder(request, requestId)),
      refuseRevoked: refuseHolder,
    },
  }
}

/** `url`: normalised. */
function refusalOf(url: string): Refusal {
  return refuseExposed(url) ?? { reason: 'authentication_unavailable' }
}
