// The data plane: authenticate, then forward. Every path outside the admin surface comes here without
// passing a router, because each Portal API request pays for the work done.

import { coloOf, type LogRequest } from '../log/request-line.ts'
import type { Result } from '../shared/result.ts'
import { authorizeToken, type AuthorizeTokenDeps } from './authorize-token.ts'
import type { Confirm, Grant, Verdict } from './authorize.ts'
import { hasKeyInQuery } from './credential.ts'
import { addExpiry } from './expiry-header.ts'
import { type ForwardDeps, forwardGranted, forwardPreflight } from './forward-granted.ts'
import { identifyToken } from './identify-token.ts'
import { bodyOf, type Incoming, mayHaveBody, toIncoming } from './incoming.ts'
import { namesMethod } from './method-override.ts'
import { refuseExposed } from './plain-http.ts'
import { isPreflight } from './preflight.ts'
import { addRateLimits } from './rate-limit-header.ts'
import type { Refusal } from './refusal.ts'
import type { RefusalResponse } from './refusal-response.ts'
import { startTrace, toRequestLine, type Trace } from './trace.ts'

export interface GatewayDeps extends AuthorizeTokenDeps, ForwardDeps {
  readonly tokenPrefix: string
  readonly preflight: 'forward' | 'refuse'
  /** Whether a GET or HEAD may be sent to the upstream before the authority has answered. */
  readonly speculation: boolean
  readonly refusalResponse: RefusalResponse
  readonly logRequest: LogRequest
}

/** `url`: the request's URL, parsed. */
export type Gateway = (request: Request, url: string) => Response | Promise<Response>

export function createGateway(deps: GatewayDeps): Gateway {
  return function handlePortalRequest(received, url) {
    const request = toIncoming(received, url)
    const trace = startTrace(request.headers, deps.nowMs())
    const colo = coloOf(received)
    const logResponse = (response: Response) => {
      deps.logRequest(toRequestLine(request.method, response.status, colo, trace, deps.nowMs()))
      return response
    }
    const answered = answer(request, trace, deps)
    return answered instanceof Response ? logResponse(answered) : answered.then(logResponse)
  }
}

/** Answers synchronously if no store needs to be asked about a refusal, since floods consist of such requests. */
function answer(request: Incoming, trace: Trace, deps: GatewayDeps): Response | Promise<Response> {
  const exposed = refuseExposed(request.url)
  if (exposed !== null) return refuse(exposed, trace, deps)
  try {
    if (deps.preflight === 'forward' && isPreflight(request))
      return answerPreflight(request, trace, deps)
    const token = identifyToken(request.headers, deps)
    if (!token.ok) return refuse(explainRefusal(token.error, request, deps), trace, deps)
    const verdict = authorizeToken(token.value, request, trace, deps)
    return verdict instanceof Promise || verdict.ok
      ? forwardAuthorized(request, verdict, trace, deps)
      : refuse(verdict.error, trace, deps)
  } catch (error) {
    return refuseFault(error, request, trace, deps)
  }
}

/** A preflight carries no key. */
async function answerPreflight(
  request: Incoming,
  trace: Trace,
  deps: GatewayDeps,
): Promise<Response> {
  try {
    return withRequestId(await forwardPreflight(request, trace, deps), trace, deps)
  } catch (error) {
    return refuseFault(error, request, trace, deps)
  }
}

async function forwardAuthorized(
  request: Incoming,
  verdict: Verdict,
  trace: Trace,
  deps: GatewayDeps,
): Promise<Response> {
  try {
    const grant = verdict instanceof Promise ? await verdict : verdict
    if (!grant.ok) return refuse(grant.error, trace, deps)
    const { confirm } = grant.value
    if (confirm !== null && deps.speculation && maySpeculate(request)) {
      return await forwardSpeculatively(request, grant.value, confirm, trace, deps)
    }
    const confirmed = confirm === null ? grant : await confirm()
    if (!confirmed.ok) return refuse(confirmed.error, trace, deps)
    trace.authorizedMs = deps.nowMs() - trace.startedMs
    return withRequestId(await forwardGranted(request, confirmed.value, trace, deps), trace, deps)
  } catch (error) {
    return refuseFault(error, request, trace, deps)
  }
}

/**
 * Asks the upstream and the authority at the same time, for requests that change nothing. The client gets no
 * byte of the upstream's answer before the authority has confirmed the grant. As soon as the authority has named a
 * record that refuses, the upstream request ends. The runtime would end it only when the background work of this
 * request has ended too.
 */
async function forwardSpeculatively(
  request: Incoming,
  grant: Grant,
  confirm: Confirm,
  trace: Trace,
  deps: GatewayDeps,
): Promise<Response> {
  const early = new AbortController()
  const end = () => early.abort()
  const forwarded = forwardGranted(request, grant, trace, deps, early.signal)
  forwarded.catch(() => undefined) // awaited below, unless the grant is refused
  let isUsed = false
  try {
    const confirmed = await confirm(end)
    if (!confirmed.ok) return refuse(confirmed.error, trace, deps)
    trace.authorizedMs = deps.nowMs() - trace.startedMs
    const { value } = confirmed
    isUsed = isSameKey(value, grant) && !early.signal.aborted
    if (!isUsed) end()
    const answered = isUsed ? forwarded : forwardGranted(request, value, trace, deps)
    return withRequestId(await answered, trace, deps)
  } finally {
    if (!isUsed) end()
  }
}

/** Whether both grants name the same key and account. A cached record that was tampered with may name another. */
function isSameKey({ key: a }: Grant, { key: b }: Grant): boolean {
  return a.accountId === b.accountId && a.keyId === b.keyId
}

/** Adds the request id, a near end of the key and its limits to the upstream's answer, or answers the refusal. */
function withRequestId(
  answered: Result<Response, Refusal>,
  trace: Trace,
  deps: GatewayDeps,
): Response {
  if (!answered.ok) return refuse(answered.error, trace, deps)
  const { headers } = answered.value
  headers.set('X-Request-Id', trace.requestId)
  if (trace.key?.kind === 'live') addExpiry(headers, trace.key, trace.startedMs)
  addLimits(answered.value, trace, deps)
  return answered.value
}

function refuse(refusal: Refusal, trace: Trace, deps: GatewayDeps): Response {
  trace.code = refusal.reason
  const response = deps.refusalResponse(refusal, trace.requestId)
  addLimits(response, trace, deps)
  return response
}

/** Every answer to a key with a limit tells it. */
function addLimits(response: Response, { key, cached }: Trace, { nowMs }: GatewayDeps): void {
  if (key?.kind !== 'live' || key.limits === null) return
  addRateLimits(response.headers, key.limits, cached?.allowance ?? null, nowMs())
}

function refuseFault(error: unknown, request: Incoming, trace: Trace, deps: GatewayDeps): Response {
  return refuse(toFaultRefusal(error, request, trace, deps), trace, deps)
}

/** The refusal after a fault, such as a record that cannot be compiled, because the key was not verified. */
export function toFaultRefusal(
  error: unknown,
  request: Incoming,
  trace: Trace,
  { onFault }: Pick<GatewayDeps, 'onFault'>,
): Refusal {
  // An invalid Host header (RFC 9112 §3.2). It is checked only here, so that valid requests do not pay for it.
  if (!URL.canParse(request.url)) return { reason: 'request_malformed', part: 'url' }
  onFault('unexpected', error, trace.requestId)
  return { reason: 'authentication_unavailable' }
}

/** Says so if a request without a credential seems to carry a key in its query string. */
export function explainRefusal(
  refusal: Refusal,
  request: Incoming,
  deps: Pick<GatewayDeps, 'tokenPrefix'>,
): Refusal {
  const bare = refusal.reason === 'credential_missing' && refusal.seen === 'nothing'
  return bare && hasKeyInQuery(request.url, deps.tokenPrefix)
    ? { reason: 'credential_missing', seen: 'query' }
    : refusal
}

/** Only GET and HEAD (RFC 9110 §9.2.1), unless a header may change the method or the protocol. */
function maySpeculate(request: Incoming): boolean {
  const safe = !mayHaveBody(request) && bodyOf(request) === null
  return safe && !request.headers.has('upgrade') && !namesMethod(request.headers)
}
