// Forwards a request that may pass, under the headers that it gets here, and notes what became of it.

import { type Address, formatAddress } from '../keys/address.ts'
import { clientAddress } from '../keys/client-address.ts'
import type { Result } from '../result.ts'
import { addForwarded, addIdentity } from './added-headers.ts'
import type { SignAssertion } from './assertion.ts'
import type { Grant } from './authorize.ts'
import { forward, type Upstream } from './forward.ts'
import { bodyOf, type Incoming } from './incoming.ts'
import { isWebSocket, passedHeaders } from './passed-headers.ts'
import { preflightHeaders } from './preflight.ts'
import type { Refusal } from './refusal.ts'
import type { Trace } from './trace.ts'

export interface ForwardDeps {
  readonly upstream: Upstream
  readonly signAssertion: SignAssertion
  readonly nowMs: () => number
}

/** The upstream's answer to a request with a key that was found good. */
export async function forwardGranted(
  request: Incoming,
  { key, address }: Pick<Grant, 'key' | 'address'>,
  trace: Trace,
  deps: ForwardDeps,
): Promise<Result<Response, Refusal>> {
  const { accountId, keyId } = key
  const assertion = await deps.signAssertion(key, deps.nowMs())
  const headers = passedHeaders(request.headers)
  if (isWebSocket(request)) headers.set('upgrade', 'websocket')
  const from = toText(address)
  addForwarded(headers, request.url, from, trace.requestId)
  addIdentity(headers, { accountId, keyId, assertion }, from)
  return await askUpstream(request, headers, bodyOf(request), trace, deps)
}

/** The upstream's answer to a CORS preflight, which carries no key. */
export async function forwardPreflight(
  request: Incoming,
  trace: Trace,
  deps: ForwardDeps,
): Promise<Result<Response, Refusal>> {
  const headers = preflightHeaders(request.headers)
  const from = toText(clientAddress(request.headers))
  addForwarded(headers, request.url, from, trace.requestId)
  return await askUpstream(request, headers, null, trace, deps)
}

function toText(address: Address | null): string | null {
  return address === null ? null : formatAddress(address)
}

/** Notes how long the upstream took, and what it said. */
async function askUpstream(
  request: Incoming,
  headers: Headers,
  body: ReadableStream | null,
  trace: Trace,
  { upstream, nowMs }: ForwardDeps,
): Promise<Result<Response, Refusal>> {
  const startedMs = nowMs()
  const asked = await forward(request, headers, body, upstream)
  trace.upstreamMs = nowMs() - startedMs
  if (asked.ok) trace.upstreamStatus = asked.value.status
  return asked
}
