// The receiver of events: EVENTS_URL, which takes an event by answering 2xx.

import { type FaultReason, httpReason, reasonOf } from '../../log/fault-reason.ts'
import type { SignedHeaders } from './signature.ts'

export interface Receiver {
  readonly url: string
  /** What events are signed with, see signature.ts. */
  readonly keys: readonly Uint8Array[]
  /** How long the headers of its answer may take. */
  readonly timeoutMs: number
}

export type Answer =
  | { readonly taken: true }
  | {
      readonly taken: false
      readonly reason: FaultReason
      /** How long the receiver asks not to be called; null where it does not ask. */
      readonly retryAfterMs: number | null
    }

/** Posts an event. Follows no redirect, and reads nothing of the answer's body. */
export async function postEvent(
  { url, timeoutMs }: Receiver,
  headers: SignedHeaders,
  body: string,
  nowMs: () => number,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json', 'User-Agent': 'portal-gateway' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    void response.body?.cancel().catch(() => undefined)
    if (response.ok) return { taken: true }
    const retryAfterMs = retryAfter(response, nowMs())
    return { taken: false, reason: httpReason(response.status), retryAfterMs }
  } catch (error) {
    const reason = reasonOf(error)
    // The runtime tells nothing of a name that it cannot resolve, or of a certificate that is wrong.
    return {
      taken: false,
      reason: reason === 'other' ? 'unreachable' : reason,
      retryAfterMs: null,
    }
  }
}

/** `Retry-After` of a 429 or 503, in seconds or as a date (RFC 9110 §10.2.3). */
function retryAfter({ status, headers }: Response, nowMs: number): number | null {
  const text = headers.get('retry-after')?.trim()
  if (text === undefined || (status !== 429 && status !== 503)) return null
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs
  return ms > 0 ? ms : null
}
