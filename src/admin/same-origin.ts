// Against cross-site request forgery. A request that may change something must come from this origin or
// from a client that is no browser. The cookie is SameSite=Strict already; this check also stops sibling
// hosts, which are same-site but another origin.

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

/** Uses headers that a browser sets and a page cannot change (Fetch Metadata; Origin, RFC 6454). */
export function isCrossSite({ url, headers }: Request): boolean {
  const fetchSite = headers.get('sec-fetch-site')
  if (fetchSite !== null && !OWN_FETCH_SITES.has(fetchSite.toLowerCase())) return true
  const origin = headers.get('origin')
  return origin !== null && origin !== new URL(url).origin
}
