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

/** Where the path of a parsed URL begins: behind the scheme and the host. Negative where there is no path. */
export function pathStart(requestUrl: string): number {
  return requestUrl.indexOf('/', 'https://'.length)
}
