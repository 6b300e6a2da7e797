// Judges a request without forwarding it: by the code that judges Portal API requests, and in the same order.

import { err, type Result } from '../shared/result.ts'
import { authorizeToken, type AuthorizeTokenDeps } from './authorize-token.ts'
import type { Grant } from './authorize.ts'
import { explainRefusal, type GatewayDeps, toFaultRefusal } from './gateway.ts'
import { identifyToken } from './identify-token.ts'
import type { Incoming } from './incoming.ts'
import { refuseExposed } from './plain-http.ts'
import type { Refusal } from './refusal.ts'
import type { Trace } from './trace.ts'

export type JudgeDeps = AuthorizeTokenDeps & Pick<GatewayDeps, 'tokenPrefix'>

/** The final grant that a Portal API request would get, or the refusal. Never rejects. */
export async function judgeRequest(
  request: Incoming,
  trace: Trace,
  deps: JudgeDeps,
): Promise<Result<Grant, Refusal>> {
  const exposed = refuseExposed(request.url)
  if (exposed !== null) return err(exposed)
  try {
    const token = identifyToken(request.headers, deps)
    if (!token.ok) return err(explainRefusal(token.error, request, deps))
    const grant = await authorizeToken(token.value, request, trace, deps)
    return grant.ok && grant.value.confirm !== null ? await grant.value.confirm() : grant
  } catch (error) {
    return err(toFaultRefusal(error, request, trace, deps))
  }
}
