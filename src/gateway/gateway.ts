// The data plane: authenticate, then forward. Every path that is not the admin surface comes here,
// before any routing, since each Portal API request pays for what is done.

import { coloOf, type LogRequest } from '../log.ts'
import { ok, type Result } from '../result.ts'
import { authorize, type AuthorizeDeps, type Grant, identifyKey } from './authorize.ts'
import { hasKeyInQuery } from './credential.ts'
import { type ForwardDeps, forwardGranted, forwardPreflight } from './forward-granted.ts'
import { bodyOf, hasUnforwardableBody, type Incoming, mayHaveBody, toIncoming } from './incoming.ts'
import { namesMethod } from './method-override.ts'
import { refuseExposed } from './plain-http.ts'
import { isPreflight } from './preflight.ts'
import type { Refusal, RefusalResponse } from './refusal.ts'
import { startTrace, toRequestLine, type Trace } from './trace.ts'

export interface GatewayDeps extends AuthorizeDeps, ForwardDeps {
  readonly tokenPrefix: string
  readonly preflight: 'forward' | 'refuse'
  /** Whether a GET or HEAD may reach the upstream while the authority is still being asked. */
  readonly speculation: boolean
  readonly refusalResponse: RefusalResponse
  readonly logRequest: LogRequest
}

/** `url`: the request's. */
export type Gateway = (request: Request, url: string) => Response | Promise<Response>

export function createGateway(deps: GatewayDeps): Gateway {
  return function handlePortalRequest(received, url) {
    const request = toIncoming(received, url)
    const trace = startTrace(request.headers, deps.nowMs())
    const colo = coloOf(received)
    const logged = (response: Response) => {
      deps.logRequest(toRequestLine(request.method, response.status, colo, trace, deps.nowMs()))
      return response
    }
    const answered = answer(request, trace, deps)
    return answered instanceof Response ? logged(answered) : answered.then(logged)
  }
}

/** At once where the URL or the credential alone says no: floods are made of such requests. */
function answer(request: Incoming, trace: Trace, deps: GatewayDeps): Response | Promise<Response> {
  const exposed = refuseExposed(request.url)
  if (exposed !== null) return refuse(exposed, trace, deps)
  try {
    const isKeyless = deps.preflight === 'forward' && isPreflight(request)
    const lookupId = isKeyless ? ok(null) : identifyKey(request.headers, deps)
    return lookupId.ok
      ? authorizeAndForward(request, lookupId.value, trace, deps)
      : refuse(explained(lookupId.error, request, deps), trace, deps)
  } catch (error) {
    return refuseFault(error, request, trace, deps)
  }
}

/** `lookupId`: null of a preflight, which carries no key. */
async function authorizeAndForward(
  request: Incoming,
  lookupId: string | null,
  trace: Trace,
  deps: GatewayDeps,
): Promise<Response> {
  try {
    if (lookupId === null) return shown(await forwardPreflight(request, trace, deps), trace, deps)
    const verdict = authorize(lookupId, request.headers, trace, deps)
    const grant = verdict instanceof Promise ? await verdict : verdict
    if (!grant.ok) return refuse(grant.error, trace, deps)
    const { confirm } = grant.value
    if (confirm !== null && deps.speculation && maySpeculate(request)) {
      return await forwardSpeculatively(request, grant.value, confirm, trace, deps)
    }
    const confirmed = confirm === null ? grant : await confirm()
    if (!confirmed.ok) return refuse(confirmed.error, trace, deps)
    trace.authorizedMs = deps.nowMs() - trace.startedMs
    if (hasUnforwardableBody(request)) return refuse({ reason: 'body_not_allowed' }, trace, deps)
    return shown(await forwardGranted(request, confirmed.value, trace, deps), trace, deps)
  } catch (error) {
    return refuseFault(error, request, trace, deps)
  }
}

/**
 * Asks the upstream while the authority is still being asked: for requests that change nothing. Not a
 * byte of the upstream's answer is shown before the authority has confirmed the grant; where it refuses,
 * the runtime ends what was asked of the upstream together with this request, once its answer is sent and
 * what is done behind it, such as to note a denial.
 */
async function forwardSpeculatively(
  request: Incoming,
  grant: Grant,
  confirm: () => Promise<Result<Grant, Refusal>>,
  trace: Trace,
  deps: GatewayDeps,
): Promise<Response> {
  const forwarded = forwardGranted(request, grant, trace, deps)
  forwarded.catch(() => undefined) // awaited below, unless the grant is refused
  const confirmed = await confirm()
  if (!confirmed.ok) return refuse(confirmed.error, trace, deps)
  trace.authorizedMs = deps.nowMs() - trace.startedMs
  const { value } = confirmed
  if (isSameCaller(value, grant)) return shown(await forwarded, trace, deps)
  return shown(await forwardGranted(request, value, trace, deps), trace, deps)
}

/** Whether the upstream was told of the right key: a copy that was altered may name another. */
function isSameCaller({ key: a }: Grant, { key: b }: Grant): boolean {
  return a.accountId === b.accountId && a.keyId === b.keyId
}

/** The upstream's answer under our request id, or the refusal. */
function shown(answered: Result<Response, Refusal>, trace: Trace, deps: GatewayDeps): Response {
  if (!answered.ok) return refuse(answered.error, trace, deps)
  answered.value.headers.set('X-Request-Id', trace.requestId)
  return answered.value
}

function refuse(refusal: Refusal, trace: Trace, { refusalResponse }: GatewayDeps): Response {
  trace.code = refusal.reason
  return refusalResponse(refusal, trace.requestId)
}

/** Closed after a fault, such as a record that cannot be compiled, since nothing is known. */
function refuseFault(error: unknown, request: Incoming, trace: Trace, deps: GatewayDeps): Response {
  // RFC 9112 §3.2: a Host header that is none. Told here, since only the odd request pays for it.
  if (!URL.canParse(request.url))
    return refuse({ reason: 'request_malformed', part: 'url' }, trace, deps)
  deps.onFault('unexpected', error, trace.requestId)
  return refuse({ reason: 'authentication_unavailable' }, trace, deps)
}

function explained(refusal: Refusal, request: Incoming, deps: GatewayDeps): Refusal {
  const bare = refusal.reason === 'credential_missing' && refusal.seen === 'nothing'
  return bare && hasKeyInQuery(request.url, deps.tokenPrefix)
    ? { reason: 'credential_missing', seen: 'query' }
    : refusal
}

/** Safe methods alone (RFC 9110 §9.2.1), and nothing that turns into another method or protocol. */
function maySpeculate(request: Incoming): boolean {
  const safe = !mayHaveBody(request) && bodyOf(request) === null
  return safe && !request.headers.has('upgrade') && !namesMethod(request.headers)
}
