// Which requests are the admin surface's. Matched after percent-decoding once, as the admin router
// does, so that both sides of the fence agree on what a path is.

import { pathStart } from './request-url.ts'

/** What the upstream and whoever watches the gateway ask for, by the host that they know. */
const ON_EVERY_HOST = new Set(['/admin/jwks.json', '/admin/api/v1/health'])

/** `adminHost`: the host name (lower case) that has the admin surface, or undefined for all. */
export function isAdminRequest(requestUrl: string, adminHost: string | undefined): boolean {
  const start = pathStart(requestUrl)
  const isEncoded = requestUrl.includes('%', start)
  // The common case, a Portal API path, is told without parsing the URL.
  if (!isEncoded && !requestUrl.startsWith('/admin', start)) return false
  const url = URL.parse(requestUrl)
  if (url === null) return false // a Host header can make a URL that is none
  const path = decodedOnce(url.pathname)
  if (path !== '/admin' && !path.startsWith('/admin/')) return false
  return adminHost === undefined || url.hostname === adminHost || ON_EVERY_HOST.has(path)
}

/** Octet by octet: unlike decodeURIComponent, no input makes it throw, and "/admin" is ASCII. */
function decodedOnce(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
