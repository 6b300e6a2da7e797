// One id names a request in every answer, at the upstream and in the log.

const ACCEPTED = /^[0-9A-Za-z._-]{1,128}$/

/** The client's own X-Request-Id where it is well-formed, else a new one. */
export function requestIdOf(headers: Headers): string {
  const own = headers.get('x-request-id')
  return own !== null && ACCEPTED.test(own) ? own : crypto.randomUUID()
}
