// What the data plane learns about a request, for its line in the log. It is mutated in place, because each
// Portal API request pays for the work done.
// Every member exists from the start. Otherwise V8 discards code that it optimized for later shapes of the
// object whenever a garbage collection finds none of them alive.

import { type RequestId, requestIdOf } from '../http/request-id.ts'
import type { CompiledKey } from '../keys/access.ts'
import {
  type Colo,
  type RequestLine,
  toLoggedMethod,
  toLoggedRequestId,
  type UpstreamFault,
} from '../log/request-line.ts'
import type { CachedKey } from './cached-key.ts'
import type { ProblemCode } from '../problems/table.ts'
import { toId } from '../shared/ids.ts'

export interface Trace {
  readonly requestId: RequestId
  readonly startedMs: number
  /** The record that was evaluated last. */
  key: CompiledKey | undefined
  /** What this isolate has of the key. */
  cached: CachedKey | undefined
  /** The code of the refusal. */
  code: ProblemCode | undefined
  /** True if the record was believed only because its authority could not be asked. */
  grace: true | undefined
  authorizedMs: number | undefined
  upstreamMs: number | undefined
  upstreamStatus: number | undefined
  upstreamFault: UpstreamFault | undefined
}

export function startTrace(headers: Headers, nowMs: number): Trace {
  return {
    requestId: requestIdOf(headers),
    startedMs: nowMs,
    key: undefined,
    cached: undefined,
    code: undefined,
    grace: undefined,
    authorizedMs: undefined,
    upstreamMs: undefined,
    upstreamStatus: undefined,
    upstreamFault: undefined,
  }
}

export function toRequestLine(
  method: string,
  status: number,
  colo: Colo | undefined,
  trace: Trace,
  nowMs: number,
): RequestLine {
  const { key } = trace
  return {
    plane: 'portal',
    request_id: toLoggedRequestId(trace.requestId),
    method: toLoggedMethod(method),
    status,
    code: trace.code,
    key_id: toId('key', key?.keyId),
    account_id: toId('acc', key?.kind === 'live' ? key.accountId : undefined),
    colo,
    grace: trace.grace,
    total_ms: nowMs - trace.startedMs,
    authorized_ms: trace.authorizedMs,
    upstream_ms: trace.upstreamMs,
    upstream_status: trace.upstreamStatus,
    upstream_fault: trace.upstreamFault,
  }
}
