// Where a request goes at the upstream: path and query as they came, behind the path of UPSTREAM_URL,
// which no request may leave.

import { pathStart } from '../request-url.ts'

/**
 * The address at the upstream. Null for a path that could lead out of the base's own path there, though
 * the URL standard does not read it so. `base`: without a slash at the end. `requestUrl`: parsed, so
 * that `..` and `%2e%2e` are resolved. Throws a TypeError where it has no path.
 */
export function upstreamUrl(base: string, requestUrl: string): string | null {
  const start = pathStart(requestUrl)
  if (start < 0) throw new TypeError('The URL of the request has no path')
  const rest = requestUrl.slice(start)
  return hasPath(base) && hasHiddenDotSegment(rest) ? null : base + rest
}

function hasPath(base: string): boolean {
  return pathStart(base) >= 0
}

/**
 * Whether a dot segment shows after decoding the path once more, as a proxy or a framework behind this
 * hop may do. It ends at a slash of either kind, at a `;` (path parameters), at what would end the path of a
 * URL, and at U+0000, which ends a name in C.
 */
function hasHiddenDotSegment(rest: string): boolean {
  const [path = ''] = rest.split(/[?#]/, 1)
  if (!/[%;]/.test(path)) return false // nearly every path
  const decoded = path.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  // The URL standard drops tabs and line ends before it reads a URL.
  return /[/\\]\.{1,2}(?:[/\\;?#\0]|$)/.test(decoded.replaceAll(/[\t\n\r]/g, ''))
}
