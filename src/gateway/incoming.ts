/**
 * The client's request, with each member read once. Reading a member of a Request calls into the runtime,
 * and the data plane reads them a dozen times.
 */
export type Incoming = Pick<Request, 'method' | 'url' | 'headers' | 'body'>

/** `url`: the request's URL, parsed. */
export function toIncoming({ method, headers, body }: Request, url: string): Incoming {
  return { method, url, headers, body }
}

/** Also null for `Content-Length: 0`, for which the runtime makes an empty stream. */
export function bodyOf({ headers, body }: Incoming): ReadableStream | null {
  if (body === null || headers.get('content-length') !== '0') return body
  return headers.has('transfer-encoding') ? body : null
}

export function mayHaveBody({ method }: Incoming): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/** Whether it is a GET or HEAD with a body. The runtime throws if such a request is forwarded. */
export function hasUnforwardableBody(request: Incoming): boolean {
  return !mayHaveBody(request) && bodyOf(request) !== null
}
