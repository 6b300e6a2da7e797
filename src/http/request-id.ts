// The request id, which names a request in its answer, at the upstream and in the log.

declare const brand: unique symbol
/** Only `requestIdOf` makes it. It may be logged after `toLoggedRequestId`. */
export type RequestId = string & { readonly [brand]: 'RequestId' }

const ACCEPTED = /^[0-9A-Za-z._-]{1,128}$/

/** The client's own X-Request-Id if it is well-formed, else a new one. */
export function requestIdOf(headers: Headers): RequestId {
  const own = headers.get('x-request-id')
  return (own !== null && ACCEPTED.test(own) ? own : crypto.randomUUID()) as RequestId
}
