// The data plane with ENFORCEMENT=shadow: each request is forwarded unchanged, with its credential. The gateway judges it
// at the same time. The verdict decides nothing. It is compared with the upstream's answer and counted.
// Only what cannot be forwarded is refused: see docs/operate/switching-over.md.

import { formatAddress } from '../keys/address.ts'
import { clientAddress } from '../keys/client-address.ts'
import { coloOf } from '../log/request-line.ts'
import { err, type Result } from '../shared/result.ts'
import { compare } from '../shadow/comparison.ts'
import type { ShadowCounts } from '../shadow/isolate-counts.ts'
import type { Grant } from './authorize.ts'
import { askUpstream } from './forward-granted.ts'
import { type Gateway, type GatewayDeps, toFaultRefusal } from './gateway.ts'
import { bodyOf, hasUnforwardableBody, type Incoming, toIncoming } from './incoming.ts'
import { judgeRequest } from './judge-request.ts'
import { isWebSocket, stripIdentity } from './passed-headers.ts'
import { refuseExposed } from './plain-http.ts'
import { isPreflight } from './preflight.ts'
import type { Refusal } from './refusal.ts'
import { startTrace, toRequestLine, type Trace } from './trace.ts'

export interface ShadowGatewayDeps extends GatewayDeps {
  readonly counts: Pick<ShadowCounts, 'noteAgreed' | 'noteDifference'>
}

/**
 * A request that would be refused is let through, so it counts as no refusal. One that an IP ACL would refuse
 * counts as in mode `report`, so that its owner sees the address and can add it.
 */
function withoutRefusals({ noteAllowed }: ShadowGatewayDeps['use']): ShadowGatewayDeps['use'] {
  return {
    noteAllowed,
    noteRefused(key, address, reason, atMs) {
      if (reason === 'ip_denied') noteAllowed(key, address, true, atMs)
    },
  }
}

/** Null for a preflight, which is let through without a key. */
type Verdict = Result<Grant, Refusal> | null

export function createShadowGateway(deps: ShadowGatewayDeps): Gateway {
  const judging = { ...deps, use: withoutRefusals(deps.use) }

  return async function handleShadowed(received, url) {
    const request = toIncoming(received, url)
    const trace = startTrace(request.headers, deps.nowMs())
    const colo = coloOf(received)

    // First the upstream, so that it does not wait for the verdict.
    const answering = forwardAsItCame(request, trace, deps)
    let verdict: Verdict | undefined
    const judged = judge(request, trace, judging).then((decided) => (verdict = decided))
    const answered = await answering

    const response = answered.ok ? answered.value : refuse(answered.error, trace, deps)
    response.headers.set('X-Request-Id', trace.requestId)
    const respondedMs = deps.nowMs()
    const settle = (decided: Verdict) => {
      if (answered.ok && decided !== null) {
        if (!decided.ok) trace.code = decided.error.reason
        countComparison(request, answered.value.status, trace, deps)
      }
      const line = toRequestLine(request.method, response.status, colo, trace, respondedMs)
      deps.logRequest({ ...line, enforcement: 'shadow' })
    }
    if (verdict === undefined) deps.later(judged.then(settle))
    else settle(verdict)
    return response
  }
}

/** Forwards a request without the headers that could pass for identity, and without any of the gateway's own. */
async function forwardAsItCame(
  request: Incoming,
  trace: Trace,
  deps: ShadowGatewayDeps,
): Promise<Result<Response, Refusal>> {
  try {
    const exposed = refuseExposed(request.url)
    if (exposed?.reason === 'request_malformed') return err(exposed)
    if (hasUnforwardableBody(request)) return err({ reason: 'body_not_allowed' })
    const headers = stripIdentity(request.headers)
    if (isWebSocket(request)) headers.set('upgrade', 'websocket')
    headers.set('x-request-id', trace.requestId)
    return await askUpstream(request, headers, bodyOf(request), trace, deps)
  } catch (error) {
    return err(toFaultRefusal(error, request, trace, deps))
  }
}

/** What the gateway would have decided. Never rejects. */
async function judge(request: Incoming, trace: Trace, deps: ShadowGatewayDeps): Promise<Verdict> {
  if (deps.preflight === 'forward' && isPreflight(request)) return null
  const verdict = await judgeRequest(request, trace, deps)
  if (verdict.ok) trace.authorizedMs = deps.nowMs() - trace.startedMs
  return verdict
}

/** Compares the verdict in `trace` with the status of the upstream's answer, and counts what came of it. */
function countComparison(
  { headers }: Incoming,
  upstreamStatus: number,
  { code, key, startedMs }: Trace,
  { counts }: ShadowGatewayDeps,
): void {
  const kind = compare(code, upstreamStatus)
  if (kind === 'none') return
  if (kind === 'agreed') return counts.noteAgreed(startedMs)
  const address = clientAddress(headers)
  const difference = {
    keyId: key === undefined || key.keyId === '' ? null : key.keyId,
    kind,
    code: code ?? null,
    upstreamStatus,
    address: address === null ? null : formatAddress(address),
  }
  counts.noteDifference(difference, startedMs)
}

function refuse(refusal: Refusal, trace: Trace, { refusalResponse }: ShadowGatewayDeps): Response {
  trace.code = refusal.reason
  return refusalResponse(refusal, trace.requestId)
}
