// Cross-site request forgery: whatever changes something must come from this origin or from no
// browser at all. The cookie is SameSite=Strict already; this holds where a browser or a sibling
// host gets around that. `same-site` is another origin: a sibling host is not us.

import type { MiddlewareHandler } from 'hono'
import { type AdminEnv, refuse } from './context.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
const OWN_FETCH_SITES = new Set(['same-origin', 'none'])

export const requireSameOrigin: MiddlewareHandler<AdminEnv> = async function requireSameOrigin(
  c,
  next,
) {
  if (!SAFE_METHODS.has(c.req.method) && isCrossSite(c.req.raw)) {
    return refuse(c, { reason: 'cross_site_request' })
  }
  return await next()
}

/** Judged by the headers that a browser sets and a page cannot (Fetch Metadata, RFC 6454). */
export function isCrossSite({ url, headers }: Request): boolean {
  const fetchSite = headers.get('sec-fetch-site')
  if (fetchSite !== null && !OWN_FETCH_SITES.has(fetchSite.toLowerCase())) return true
  const origin = headers.get('origin')
  return origin !== null && origin !== new URL(url).origin
}
