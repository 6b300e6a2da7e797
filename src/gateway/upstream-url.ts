// Builds the upstream URL of a request: the path of UPSTREAM_URL, then the request's path and query unchanged.
// No request may leave the path of UPSTREAM_URL.

import { pathStart } from '../http/request-url.ts'

/**
 * The URL at the upstream, or null if a server could read the path as leading out of the path of `base`.
 * `base`: without a slash at the end. `requestUrl`: parsed, so `..` and `%2e%2e` are resolved already.
 * Throws a TypeError if it has no path.
 */
export function upstreamUrl(base: string, requestUrl: string): string | null {
  const start = pathStart(requestUrl)
  if (start < 0) throw new TypeError('The URL of the request has no path')
  return mayLeave(base, requestUrl) ? null : base + requestUrl.slice(start)
}

/** Whether a server could read the path as leading out of the path of `base`. */
export function mayLeave(base: string, requestUrl: string): boolean {
  return hasPath(base) && hasHiddenDotSegment(requestUrl.slice(pathStart(requestUrl)))
}

function hasPath(base: string): boolean {
  return pathStart(base) >= 0
}

/**
 * Whether a dot segment appears if the path is decoded once more, as a proxy or a framework behind this hop
 * may do. A dot segment ends at `/`, `\`, `;` (path parameters), `?` or `#`, or at U+0000, which ends a string
 * in C.
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
