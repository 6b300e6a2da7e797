// The URL of a request, as the URL standard parses it (https://url.spec.whatwg.org/), told without parsing
// it where that would change nothing: each request would pay for it.

/**
 * The URL without dot segments and backslashes, and with a path: an upstream would read them so, and so
 * would step out of the path that it was given. Cloudflare's edge does the same, unless that is switched
 * off. A Host header can make a URL that is none: it stays as it came.
 */
export function parsedUrl(requestUrl: string): string {
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
  /** The host name, and the port where the URL has one. */
  readonly host: string
  readonly protocol: 'http' | 'https'
  /** Whether others could read the request on its way: plain HTTP, and to another machine. */
  readonly isExposed: boolean
}

/** This machine: 127.0.0.0/8, ::1, and the names of RFC 6761 §6.3, as the URL standard writes a host. */
const LOOPBACK = /^(?:127(?:\.\d+){3}|\[::1\]|(?:.+\.)?localhost\.?)$/

export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname)
}

let last: { readonly text: string; readonly origin: RequestOrigin } | undefined

/** Of a parsed URL, nearly always that of the request before. Null where it is no URL. */
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

/** Where the path of a parsed URL begins: behind the scheme and the host. Negative where there is no path. */
export function pathStart(requestUrl: string): number {
  return requestUrl.indexOf('/', 'https://'.length)
}
