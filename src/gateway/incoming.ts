/**
 * A client's request as it came, each member read once: to look at one of a Request is a call into the
 * runtime, and a request that passes is looked at a dozen times.
 */
export type Incoming = Pick<Request, 'method' | 'url' | 'headers' | 'body'>

/** `url`: of the request, which has been read already. */
export function toIncoming({ method, headers, body }: Request, url: string): Incoming {
  return { method, url, headers, body }
}

/** Null too for `Content-Length: 0`, of which the runtime makes an empty stream. */
export function bodyOf({ headers, body }: Incoming): ReadableStream | null {
  if (body === null || headers.get('content-length') !== '0') return body
  return headers.has('transfer-encoding') ? body : null
}

export function mayHaveBody({ method }: Incoming): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/** A GET or HEAD with a body, which the runtime throws at when it is to send it on. */
export function hasUnforwardableBody(request: Incoming): boolean {
  return !mayHaveBody(request) && bodyOf(request) !== null
}
