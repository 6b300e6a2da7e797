// The data plane: authenticate, then forward. Every path that is not the admin surface comes here,
// before any routing, since each Portal API request pays for what is done.

import { clientAddress } from '../keys/client-address.ts'
import { requestIdOf } from '../request-id.ts'
import type { Result } from '../result.ts'
import type { SignAssertion } from './assertion.ts'
import { authorize, type AuthorizeDeps, type Grant } from './authorize.ts'
import { hasKeyInQuery } from './credential.ts'
import { forward, hasUnforwardableBody, type Upstream } from './forward.ts'
import { addForwarded, addIdentity, isWebSocket, passedHeaders } from './forward-headers.ts'
import { isPreflight, preflightHeaders } from './preflight.ts'
import { type Refusal, refusalResponse } from './refusal.ts'

export interface GatewayDeps extends AuthorizeDeps {
  readonly upstream: Upstream
  readonly tokenPrefix: string
  readonly preflight: 'forward' | 'refuse'
  readonly signAssertion: SignAssertion
  /** Whether a GET or HEAD may reach the upstream while the authority is still being asked. */
  readonly speculation: boolean
  readonly nowMs: () => number
}

export type Gateway = (request: Request) => Promise<Response>

export function createGateway(deps: GatewayDeps): Gateway {
  return async function handlePortalRequest(request) {
    const requestId = requestIdOf(request.headers)
    try {
      return deps.preflight === 'forward' && isPreflight(request)
        ? await forwardPreflight(request, requestId, deps)
        : await authorizeAndForward(request, requestId, deps)
    } catch (error) {
      // A fault, such as a record that cannot be compiled: closed, since nothing is known.
      deps.onFault('unexpected', error, requestId)
      return refusalResponse({ reason: 'authentication_unavailable' }, requestId)
    }
  }
}

async function authorizeAndForward(
  request: Request,
  requestId: string,
  deps: GatewayDeps,
): Promise<Response> {
  const grant = await authorize(request.headers, requestId, deps)
  if (!grant.ok) return refusalResponse(explained(grant.error, request, deps), requestId)
  const { confirm } = grant.value
  if (confirm !== null && deps.speculation && maySpeculate(request)) {
    return await forwardSpeculatively(request, grant.value, confirm, requestId, deps)
  }
  const refusal = await confirm?.()
  if (refusal) return refusalResponse(refusal, requestId)
  if (hasUnforwardableBody(request)) {
    return refusalResponse({ reason: 'body_not_allowed' }, requestId)
  }
  return shown(await forwardGranted(request, grant.value, requestId, deps), requestId)
}

/**
 * Asks the upstream while the authority is still being asked: for requests that change nothing. Not a
 * byte of the upstream's answer is shown before the authority has confirmed the grant.
 */
async function forwardSpeculatively(
  request: Request,
  grant: Grant,
  confirm: () => Promise<Refusal | null>,
  requestId: string,
  deps: GatewayDeps,
): Promise<Response> {
  const abort = new AbortController()
  const answer = forwardGranted(request, grant, requestId, deps, abort)
  answer.catch(() => undefined) // awaited below, unless the grant is refused
  const refusal = await confirm()
  if (refusal === null) return shown(await answer, requestId)
  abort.abort()
  return refusalResponse(refusal, requestId)
}

async function forwardGranted(
  request: Request,
  { key, address }: Grant,
  requestId: string,
  deps: GatewayDeps,
  abort?: AbortController,
): Promise<Result<Response, Refusal>> {
  const headers = passedHeaders(request.headers)
  if (isWebSocket(request)) headers.set('Upgrade', 'websocket')
  addForwarded(headers, new URL(request.url), address, requestId)
  addIdentity(headers, { ...key, assertion: await deps.signAssertion(key, deps.nowMs()) }, address)
  const body = mayHaveBody(request) ? request.body : null
  return await forward(request, headers, body, deps.upstream, abort)
}

async function forwardPreflight(
  request: Request,
  requestId: string,
  deps: GatewayDeps,
): Promise<Response> {
  const headers = preflightHeaders(request.headers)
  addForwarded(headers, new URL(request.url), clientAddress(request.headers), requestId)
  return shown(await forward(request, headers, null, deps.upstream), requestId)
}

/** The upstream's answer under our request id, or the refusal. */
function shown(answer: Result<Response, Refusal>, requestId: string): Response {
  if (!answer.ok) return refusalResponse(answer.error, requestId)
  answer.value.headers.set('X-Request-Id', requestId)
  return answer.value
}

function explained(refusal: Refusal, request: Request, deps: GatewayDeps): Refusal {
  const bare = refusal.reason === 'credential_missing' && refusal.seen === 'nothing'
  return bare && hasKeyInQuery(request.url, deps.tokenPrefix)
    ? { reason: 'credential_missing', seen: 'query' }
    : refusal
}

function mayHaveBody({ method }: Request): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/** Safe methods alone (RFC 9110 §9.2.1), and nothing that turns into another protocol. */
function maySpeculate(request: Request): boolean {
  const safe = !mayHaveBody(request) && !hasUnforwardableBody(request)
  return safe && !request.headers.has('upgrade')
}
