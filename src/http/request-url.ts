// The URL of a request in the form of the URL standard (https://url.spec.whatwg.org/). The URL is only
// parsed if parsing could change it, because every request would pay for that.

/**
 * Normalises a URL: no dot segments, no backslashes, and always a path. An upstream resolves dot segments
 * too, and so could leave the path prefix of UPSTREAM_URL. Cloudflare's edge normalises URLs as well,
 * unless that is switched off. If a Host header makes the URL invalid, it stays unchanged.
 */
export function normalizeUrl(requestUrl: string): string {
  const start = pathStart(requestUrl)
  const mayDiffer =
    start < 0 ||
    /[?#]/.test(requestUrl.slice(0, start)) ||
    requestUrl.includes('/.') ||
    requestUrl.includes('\\') ||
    (requestUrl.includes('%') && /\/%2e/i.test(requestUrl))
  return mayDiffer ? (URL.parse(requestUrl)?.href ?? requestUrl) : requestUrl
}

export interface RequestOrigin {
  /** The host name, and the port if the URL has one. */
  readonly host: string
  readonly protocol: 'http' | 'https'
  /** Whether others could read the request on its way, so plain HTTP to another machine. */
  readonly isExposed: boolean
}

/**
 * Hosts that mean this machine: 127.0.0.0/8, ::1, and the names of RFC 6761 §6.3, in the form of the URL
 * standard.
 */
const LOOPBACK = /^(?:127(?:\.\d+){3}|\[::1\]|(?:.+\.)?localhost\.?)$/

export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname)
}

let last: { readonly text: string; readonly origin: RequestOrigin } | undefined

/**
 * The origin of a normalised URL; null if the URL is invalid. Caches the last one, which is nearly always
 * the same.
 */
export function originOf(requestUrl: string): RequestOrigin | null {
  const start = pathStart(requestUrl)
  if (start < 0) return null
  const text = requestUrl.slice(0, start)
  if (last?.text === text) return last.origin
  const url = URL.parse(text)
  if (url === null) return null
  const protocol = url.protocol === 'https:' ? 'https' : 'http'
  const isExposed = protocol === 'http' && !isLoopback(url.hostname)
  const origin = { host: url.host, protocol, isExposed } as const
  last = { text, origin }
  return origin
}

/** The index at which the path begins, after scheme and host. Negative if there is no path. */
export function pathStart(requestUrl: string): number {
  return requestUrl.indexOf('/', 'https://'.length)
}
