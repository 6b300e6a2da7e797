/**
 * A client's request as it came, each member read once: to look at one of a Request is a call into the
 * runtime, and a request that passes is looked at a dozen times.
 */
export type Incoming = Pick<Request, 'method' | 'url' | 'headers' | 'body'>

/** `url`: of the request, which has been read already. */
export function toIncoming({ method, headers, body }: Request, url: string): Incoming {
  return { method, url, headers, body }
}
