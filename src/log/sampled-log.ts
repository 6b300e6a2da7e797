// Writes a share of the lines of requests that were let through without a fault, see LOG_SAMPLING. All other
// lines are written. Which requests those are is drawn at random, so that no client can stay out of the log.

import type { RequestId } from '../http/request-id.ts'
import { type LogRequest, type RequestLine, toLoggedRequestId } from './request-line.ts'

export interface SampledLog {
  readonly logRequest: LogRequest
  /** Has the line of this request written, because it met a fault. */
  readonly keep: (requestId: RequestId) => void
}

/** Requests that met a fault and have no line yet. Without a bound, those that never get one would add up. */
const MAX_KEPT = 1_000

export function createSampledLog(share: number, log: LogRequest, random: () => number): SampledLog {
  if (share >= 1) return { logRequest: log, keep: () => undefined }
  const kept = new Set<string>()
  return {
    logRequest(line) {
      const isKept = kept.size > 0 && kept.delete(line.request_id)
      if (isKept || !isGood(line)) return log(line)
      if (random() < share) log({ ...line, sampling: share })
    },
    keep(requestId) {
      if (kept.size >= MAX_KEPT) kept.clear()
      kept.add(toLoggedRequestId(requestId))
    },
  }
}

function isGood({ plane, code, grace, upstream_status: status }: RequestLine): boolean {
  return plane === 'portal' && code === undefined && grace === undefined && (status ?? 0) < 500
}
