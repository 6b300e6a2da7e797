// Forwards an authorized request or a preflight: builds its headers, and traces the upstream's answer.

import { type Address, formatAddress } from '../keys/address.ts'
import { clientAddress } from '../keys/client-address.ts'
import type { LogFault } from '../log/fault.ts'
import type { Result } from '../shared/result.ts'
import { addForwarded, addIdentity } from './added-headers.ts'
import type { SignAssertion } from './assertion.ts'
import type { Grant } from './authorize.ts'
import { forward, type Upstream } from './forward.ts'
import { bodyOf, type Incoming } from './incoming.ts'
import { isWebSocket, stripHeaders } from './passed-headers.ts'
import { preflightHeaders } from './preflight.ts'
import type { Refusal } from './refusal.ts'
import type { Trace } from './trace.ts'

export interface ForwardDeps {
  readonly upstream: Upstream
  readonly signAssertion: SignAssertion
  readonly onFault: LogFault
  readonly nowMs: () => number
}

/**
 * Forwards an authorized request. Resolves to the upstream's answer. `signal`: aborts a request that was sent on
 * before its grant was confirmed.
 */
export async function forwardGranted(
  request: Incoming,
  { key, address }: Pick<Grant, 'key' | 'address'>,
  trace: Trace,
  deps: ForwardDeps,
  signal: AbortSignal | null = null,
): Promise<Result<Response, Refusal>> {
  const { accountId, keyId } = key
  const assertion = await deps.signAssertion(key, deps.nowMs())
  const headers = stripHeaders(request.headers)
  if (isWebSocket(request)) headers.set('upgrade', 'websocket')
  const clientIp = toText(address)
  addForwarded(headers, request.url, clientIp, trace.requestId)
  addIdentity(headers, { accountId, keyId, assertion }, clientIp)
  return await askUpstream(request, headers, bodyOf(request), trace, deps, signal)
}

/** Forwards a CORS preflight, which carries no key. Resolves to the upstream's answer. */
export async function forwardPreflight(
  request: Incoming,
  trace: Trace,
  deps: ForwardDeps,
): Promise<Result<Response, Refusal>> {
  const headers = preflightHeaders(request.headers)
  const clientIp = toText(clientAddress(request.headers))
  addForwarded(headers, request.url, clientIp, trace.requestId)
  return await askUpstream(request, headers, null, trace, deps)
}

function toText(address: Address | null): string | null {
  return address === null ? null : formatAddress(address)
}

/** Forwards the request, and traces the upstream's status and how long it took, unless `signal` has ended it. */
export async function askUpstream(
  request: Incoming,
  headers: Headers,
  body: ReadableStream | null,
  trace: Trace,
  { upstream, onFault, nowMs }: ForwardDeps,
  signal: AbortSignal | null = null,
): Promise<Result<Response, Refusal>> {
  const startedMs = nowMs()
  const note = (error: unknown) => {
    if (signal?.aborted !== true) onFault('upstream', error, trace.requestId)
  }
  const answered = await forward(request, headers, body, upstream, note, signal)
  if (signal?.aborted === true) return answered
  trace.upstreamMs = nowMs() - startedMs
  if (answered.ok) trace.upstreamStatus = answered.value.status
  else if ('fault' in answered.error) trace.upstreamFault = answered.error.fault
  return answered
}
