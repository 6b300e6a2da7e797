// Sends a request on to the upstream and streams the answer back. Nothing is buffered, decoded,
// followed or cached.

import { err, ok, type Result } from '../result.ts'
import type { Incoming } from './incoming.ts'
import { passedAnswer } from './passed-answer.ts'
import type { Refusal } from './refusal.ts'
import { relayBody } from './relayed-body.ts'
import { upstreamUrl } from './upstream-url.ts'

export interface Upstream {
  /** Scheme, host and path prefix of UPSTREAM_URL, without a slash at the end. */
  readonly base: string
  /** How long the response headers may take; ten times that for a request with a body. */
  readonly timeoutMs: number
}

const BODY_TIMEOUT_FACTOR = 10

/**
 * What `cache: 'no-store'` stands for, without the `Cache-Control` and `Pragma` headers which that
 * option adds to the request. The credential is not forwarded, so without this Cloudflare would cache
 * answers of one account by their URL alone.
 */
const UNCACHED: RequestInitCfProperties = { cacheTtl: -1, cacheLevel: 'bypass' }

/** The upstream's answer, its headers still to be changed; one that cannot be passed on is a refusal. */
export async function forward(
  request: Incoming,
  headers: Headers,
  body: ReadableStream | null,
  upstream: Upstream,
): Promise<Result<Response, Refusal>> {
  const url = upstreamUrl(upstream.base, request.url)
  if (url === null) return err({ reason: 'request_malformed', part: 'path' })
  const relayed = body === null ? null : relayBody(body, request)
  if (body !== null && relayed === null) return err({ reason: 'request_malformed', part: 'body' })
  // The runtime ends what was asked of the upstream when it ends the request, but sends a body to its end.
  const abort = relayed === null ? null : new AbortController()
  const timeoutMs = upstream.timeoutMs * (relayed === null ? 1 : BODY_TIMEOUT_FACTOR)
  try {
    const answered = fetch(url, {
      method: request.method,
      headers,
      body: relayed?.stream ?? null,
      redirect: 'manual',
      signal: abort?.signal ?? null,
      cf: UNCACHED,
    })
    // Not AbortSignal.timeout(): it would also cut off an answer that is still streaming.
    const inTime = [answered, scheduler.wait(timeoutMs)] as const
    const response = await Promise.race(relayed === null ? inTime : [...inTime, relayed.broken])
    // Also where an answer has begun: the upstream waits for a rest of the body that will not come.
    void relayed?.broken.then(() => abort?.abort())
    if (response === 'broken') return err({ reason: 'request_malformed', part: 'body' })
    if (response === undefined) {
      abort?.abort()
      return err({ reason: 'upstream_timeout' })
    }
    const refusal = edgeRefusal(response)
    return refusal === null ? ok(passedAnswer(response)) : err(refusal)
  } catch (error) {
    return err(toRefusal(error))
  }
}

/**
 * The runtime throws a RangeError for a status that a Response cannot have, one beyond 599 or a 101 that
 * nobody asked for, and one and the same error for everything else: a refused connection, one that was cut,
 * an answer that is no HTTP.
 */
function toRefusal(error: unknown): Refusal {
  return error instanceof RangeError
    ? { reason: 'upstream_invalid' }
    : { reason: 'upstream_unreachable', sent: 'unknown' }
}

/**
 * An origin behind Cloudflare that cannot be reached is an answer made by Cloudflare, not an error:
 * https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
const MADE_AT_EDGE: Readonly<Record<number, Refusal>> = {
  520: { reason: 'upstream_invalid' }, // an empty, cut or unexpected answer
  521: { reason: 'upstream_unreachable', sent: 'no' }, // the connection was refused
  522: { reason: 'upstream_timeout' },
  523: { reason: 'upstream_unreachable', sent: 'no' }, // no way to the origin
  524: { reason: 'upstream_timeout' },
  525: { reason: 'upstream_unreachable', sent: 'no' }, // TLS could not be agreed on
  526: { reason: 'upstream_unreachable', sent: 'no' }, // its certificate is invalid
  530: { reason: 'upstream_unreachable', sent: 'no' }, // its name could not be resolved
}

function edgeRefusal({ status, headers }: Response): Refusal | null {
  if (status < 520) return null
  return headers.get('server') === 'cloudflare' ? (MADE_AT_EDGE[status] ?? null) : null
}
