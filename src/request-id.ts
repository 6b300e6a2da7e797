// One id names a request in every answer, at the upstream and in the log.

declare const brand: unique symbol
/** What `requestIdOf` made, and nothing else: it may stand in a log. */
export type RequestId = string & { readonly [brand]: 'RequestId' }

const ACCEPTED = /^[0-9A-Za-z._-]{1,128}$/

/** The client's own X-Request-Id where it is well-formed, else a new one. */
export function requestIdOf(headers: Headers): RequestId {
  const own = headers.get('x-request-id')
  return (own !== null && ACCEPTED.test(own) ? own : crypto.randomUUID()) as RequestId
}
