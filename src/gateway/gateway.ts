// The data plane: authenticate, then forward. Every path that is not the admin surface comes here,
// before any routing, since each Portal API request pays for what is done.

import { clientAddress } from '../keys/client-address.ts'
import type { LogRequest } from '../log.ts'
import type { Result } from '../result.ts'
import type { SignAssertion } from './assertion.ts'
import { authorize, type AuthorizeDeps, type Grant } from './authorize.ts'
import { hasKeyInQuery } from './credential.ts'
import { forward, hasUnforwardableBody, type Upstream } from './forward.ts'
import { addForwarded, addIdentity, isWebSocket, passedHeaders } from './forward-headers.ts'
import { isPreflight, preflightHeaders } from './preflight.ts'
import { type Refusal, refusalResponse } from './refusal.ts'
import { startTrace, toRequestLine, type Trace } from './trace.ts'

export interface GatewayDeps extends AuthorizeDeps {
  readonly upstream: Upstream
  readonly tokenPrefix: string
  readonly preflight: 'forward' | 'refuse'
  readonly signAssertion: SignAssertion
  /** Whether a GET or HEAD may reach the upstream while the authority is still being asked. */
  readonly speculation: boolean
  readonly logRequest: LogRequest
  readonly nowMs: () => number
}

export type Gateway = (request: Request) => Promise<Response>

export function createGateway(deps: GatewayDeps): Gateway {
  return async function handlePortalRequest(request) {
    const trace = startTrace(request.headers, deps.nowMs())
    const response = await answer(request, trace, deps)
    deps.logRequest(toRequestLine(request, response, trace, deps.nowMs()))
    return response
  }
}

async function answer(request: Request, trace: Trace, deps: GatewayDeps): Promise<Response> {
  try {
    return deps.preflight === 'forward' && isPreflight(request)
      ? await forwardPreflight(request, trace, deps)
      : await authorizeAndForward(request, trace, deps)
  } catch (error) {
    // RFC 9112 §3.2: a Host header that is none. Told here, since only the odd request pays for it.
    if (!URL.canParse(request.url)) return refuse({ reason: 'request_malformed' }, trace)
    // A fault, such as a record that cannot be compiled: closed, since nothing is known.
    deps.onFault('unexpected', error, trace.requestId)
    return refuse({ reason: 'authentication_unavailable' }, trace)
  }
}

async function authorizeAndForward(
  request: Request,
  trace: Trace,
  deps: GatewayDeps,
): Promise<Response> {
  const grant = await authorize(request.headers, trace, deps)
  if (!grant.ok) return refuse(explained(grant.error, request, deps), trace)
  const { confirm } = grant.value
  if (confirm !== null && deps.speculation && maySpeculate(request)) {
    return await forwardSpeculatively(request, grant.value, confirm, trace, deps)
  }
  const refusal = await confirm?.()
  if (refusal) return refuse(refusal, trace)
  trace.authorizedMs = deps.nowMs() - trace.startedMs
  if (hasUnforwardableBody(request)) return refuse({ reason: 'body_not_allowed' }, trace)
  return shown(await forwardGranted(request, grant.value, trace, deps), trace)
}

/**
 * Asks the upstream while the authority is still being asked: for requests that change nothing. Not a
 * byte of the upstream's answer is shown before the authority has confirmed the grant.
 */
async function forwardSpeculatively(
  request: Request,
  grant: Grant,
  confirm: () => Promise<Refusal | null>,
  trace: Trace,
  deps: GatewayDeps,
): Promise<Response> {
  const abort = new AbortController()
  const forwarded = forwardGranted(request, grant, trace, deps, abort)
  forwarded.catch(() => undefined) // awaited below, unless the grant is refused
  const refusal = await confirm()
  if (refusal === null) {
    trace.authorizedMs = deps.nowMs() - trace.startedMs
    return shown(await forwarded, trace)
  }
  abort.abort()
  return refuse(refusal, trace)
}

async function forwardGranted(
  request: Request,
  { key, address }: Grant,
  trace: Trace,
  deps: GatewayDeps,
  abort?: AbortController,
): Promise<Result<Response, Refusal>> {
  const headers = passedHeaders(request.headers)
  if (isWebSocket(request)) headers.set('Upgrade', 'websocket')
  addForwarded(headers, new URL(request.url), address, trace.requestId)
  addIdentity(headers, { ...key, assertion: await deps.signAssertion(key, deps.nowMs()) }, address)
  const body = mayHaveBody(request) ? request.body : null
  return await timed(trace, deps, () => forward(request, headers, body, deps.upstream, abort))
}

async function forwardPreflight(
  request: Request,
  trace: Trace,
  deps: GatewayDeps,
): Promise<Response> {
  const headers = preflightHeaders(request.headers)
  addForwarded(headers, new URL(request.url), clientAddress(request.headers), trace.requestId)
  const asked = await timed(trace, deps, () => forward(request, headers, null, deps.upstream))
  return shown(asked, trace)
}

/** Notes how long the upstream took, and what it said. */
async function timed(
  trace: Trace,
  { nowMs }: GatewayDeps,
  ask: () => Promise<Result<Response, Refusal>>,
): Promise<Result<Response, Refusal>> {
  const startedMs = nowMs()
  const asked = await ask()
  trace.upstreamMs = nowMs() - startedMs
  if (asked.ok) trace.upstreamStatus = asked.value.status
  return asked
}

/** The upstream's answer under our request id, or the refusal. */
function shown(answered: Result<Response, Refusal>, trace: Trace): Response {
  if (!answered.ok) return refuse(answered.error, trace)
  answered.value.headers.set('X-Request-Id', trace.requestId)
  return answered.value
}

function refuse(refusal: Refusal, trace: Trace): Response {
  trace.code = refusal.reason
  return refusalResponse(refusal, trace.requestId)
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
