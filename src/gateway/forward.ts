// Sends a request on to the upstream and streams the answer back. Nothing is buffered, decoded,
// followed or cached.

import { reasonOf } from '../log/fault-reason.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { Incoming } from './incoming.ts'
import { stripAnswer } from './passed-answer.ts'
import type { Refusal } from './refusal.ts'
import { relayBody } from './relayed-body.ts'
import { upstreamUrl } from './upstream-url.ts'

export interface Upstream {
  /** Scheme, host and path prefix of UPSTREAM_URL, without a slash at the end. */
  readonly base: string
  /** How long the response headers may take. A request with a body gets ten times that. */
  readonly timeoutMs: number
}

const BODY_TIMEOUT_FACTOR = 10

/**
 * Turns Cloudflare's cache off. The credential is not forwarded, so Cloudflare would otherwise cache the
 * answers for one account by their URL alone. `cache: 'no-store'` would do too, but it adds `Cache-Control` and
 * `Pragma` headers to the request.
 */
const UNCACHED: RequestInitCfProperties = { cacheTtl: -1, cacheLevel: 'bypass' }

/**
 * Resolves to the upstream's answer, with mutable headers. If it cannot be passed on, to a refusal. `onFault` gets
 * an error of the runtime that tells no reason, or of the gateway itself. `signal`: aborts a request without a body.
 */
export async function forward(
  request: Incoming,
  headers: Headers,
  body: ReadableStream | null,
  upstream: Upstream,
  onFault: (error: unknown) => void,
  signal: AbortSignal | null,
): Promise<Result<Response, Refusal>> {
  const url = upstreamUrl(upstream.base, request.url)
  if (url === null) return err({ reason: 'request_malformed', part: 'path' })
  const relayed = body === null ? null : relayBody(body, request)
  if (body !== null && relayed === null) return err({ reason: 'request_malformed', part: 'body' })
  // When a request ends, the runtime cancels its fetch. It does not stop a body that is still being sent.
  const abort = relayed === null ? null : new AbortController()
  const timeoutMs = upstream.timeoutMs * (relayed === null ? 1 : BODY_TIMEOUT_FACTOR)
  try {
    const answered = fetch(url, {
      method: request.method,
      headers,
      body: relayed?.stream ?? null,
      redirect: 'manual',
      signal: abort?.signal ?? signal,
      cf: UNCACHED,
    })
    // AbortSignal.timeout() would also cut off an answer that is still streaming.
    const inTime = [answered, scheduler.wait(timeoutMs)] as const
    const response = await Promise.race(relayed === null ? inTime : [...inTime, relayed.broken])
    // Even if an answer has begun, the upstream waits for the rest of the body, which will not come.
    void relayed?.broken.then(() => abort?.abort())
    if (response === 'broken') return err({ reason: 'request_malformed', part: 'body' })
    if (response === undefined) {
      abort?.abort()
      return err({ reason: 'upstream_timeout', fault: 'timeout' })
    }
    const refusal = edgeRefusal(response)
    return refusal === null ? ok(stripAnswer(response)) : err(refusal)
  } catch (error) {
    return err(toRefusal(error, onFault))
  }
}

/**
 * The runtime throws a RangeError if the status is not allowed in a Response: above 599, or a 101 that the
 * request did not ask for. For a refused or broken connection, or an answer that is not HTTP, it throws the
 * same error, so these cannot be told apart. For a name that is unknown or a failed TLS handshake it throws an
 * internal error without a reason.
 */
function toRefusal(error: unknown, onFault: (error: unknown) => void): Refusal {
  if (error instanceof RangeError) return { reason: 'upstream_invalid', fault: 'invalid' }
  const reason = reasonOf(error)
  if (reason === 'reset') return { reason: 'upstream_unreachable', sent: 'unknown', fault: 'reset' }
  onFault(error)
  return { reason: 'upstream_unreachable', sent: 'unknown', fault: 'other' }
}

type EdgeRefusal =
  | { readonly reason: 'upstream_unreachable'; readonly sent: 'no' }
  | { readonly reason: 'upstream_invalid' | 'upstream_timeout' }

/**
 * If an origin behind Cloudflare cannot be reached, Cloudflare sends an answer of its own, see
 * https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
const MADE_AT_EDGE: Readonly<Record<number, EdgeRefusal>> = {
  520: { reason: 'upstream_invalid' }, // empty, truncated or unexpected answer
  521: { reason: 'upstream_unreachable', sent: 'no' }, // connection refused
  522: { reason: 'upstream_timeout' },
  523: { reason: 'upstream_unreachable', sent: 'no' }, // no route to the origin
  524: { reason: 'upstream_timeout' },
  525: { reason: 'upstream_unreachable', sent: 'no' }, // TLS handshake failed
  526: { reason: 'upstream_unreachable', sent: 'no' }, // invalid certificate
  530: { reason: 'upstream_unreachable', sent: 'no' }, // name not resolved
}

function edgeRefusal({ status, headers }: Response): Refusal | null {
  if (status < 520 || headers.get('server') !== 'cloudflare') return null
  const refusal = MADE_AT_EDGE[status]
  return refusal === undefined ? null : { ...refusal, fault: `edge_${status}` }
}
