// Decides which requests go to the admin surface. The path is percent-decoded once before it is matched, as
// the admin router does, so that both planes agree on every path.

import { pathStart } from './request-url.ts'

/** Paths that every host answers, for the upstream and for monitoring, which may know only the API's host. */
const ON_EVERY_HOST = new Set(['/admin/jwks.json', '/admin/api/v1/health'])

/** `adminHost`: the only host name (lower case) with the admin surface; undefined if every host has it. */
export function isAdminRequest(requestUrl: string, adminHost: string | undefined): boolean {
  const start = pathStart(requestUrl)
  const isEncoded = requestUrl.includes('%', start)
  // A fast path for most requests: a Portal API path is recognised without parsing the URL.
  if (!isEncoded && !requestUrl.startsWith('/admin', start)) return false
  const url = URL.parse(requestUrl)
  if (url === null) return false // a Host header can make the URL invalid
  const path = decodeOnce(url.pathname)
  if (path !== '/admin' && !path.startsWith('/admin/')) return false
  return adminHost === undefined || url.hostname === adminHost || ON_EVERY_HOST.has(path)
}

/** Decodes octet by octet. Unlike decodeURIComponent it never throws, and ASCII is enough for "/admin". */
function decodeOnce(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
