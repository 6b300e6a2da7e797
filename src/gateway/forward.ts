// Sends a request on to the upstream and streams the answer back. Nothing is buffered, decoded,
// followed or cached.

import { pathStart } from '../request-url.ts'
import { err, ok, type Result } from '../result.ts'
import type { Incoming } from './incoming.ts'
import { namedByConnection } from './passed-headers.ts'
import type { Refusal } from './refusal.ts'

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

/** The address at the upstream: path and query verbatim, behind the base, so `//host/x` stays a path. */
export function upstreamUrl(base: string, requestUrl: string): string {
  const start = pathStart(requestUrl)
  if (start < 0) throw new TypeError('The URL of the request has no path')
  return base + requestUrl.slice(start)
}

/** The upstream's answer, its headers still to be changed; one that cannot be passed on is a refusal. */
export async function forward(
  request: Incoming,
  headers: Headers,
  body: ReadableStream | null,
  upstream: Upstream,
): Promise<Result<Response, Refusal>> {
  // The runtime ends what was asked of the upstream when it ends the request, but sends a body to its end.
  const abort = body === null ? undefined : new AbortController()
  const timeoutMs = upstream.timeoutMs * (body === null ? 1 : BODY_TIMEOUT_FACTOR)
  try {
    const answered = fetch(upstreamUrl(upstream.base, request.url), {
      method: request.method,
      headers,
      body,
      redirect: 'manual',
      signal: abort?.signal ?? null,
      cf: UNCACHED,
    })
    // Not AbortSignal.timeout(): it would also cut off an answer that is still streaming.
    const response = await Promise.race([answered, scheduler.wait(timeoutMs)])
    if (response === undefined) {
      abort?.abort()
      return err({ reason: 'upstream_timeout' })
    }
    return isMadeByCloudflare(response) ? err(edgeRefusal(response)) : ok(passedResponse(response))
  } catch {
    return err({ reason: 'upstream_unreachable' })
  }
}

/** A response with headers that can be changed, less those of the upstream's own connection. */
function passedResponse(response: Response): Response {
  const passed = new Response(response.body, response)
  const { headers } = passed
  for (const name of namedByConnection(headers)) headers.delete(name)
  return passed
}

/**
 * An origin behind Cloudflare that cannot be reached is an answer made by Cloudflare, not an error:
 * https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
function isMadeByCloudflare({ status, headers }: Response): boolean {
  const madeAtEdge = (status >= 521 && status <= 526) || status === 530
  return madeAtEdge && headers.get('server') === 'cloudflare'
}

function edgeRefusal({ status }: Response): Refusal {
  const timedOut = status === 522 || status === 524
  return { reason: timedOut ? 'upstream_timeout' : 'upstream_unreachable' }
}
