/**
 * A client's request as it came, each member read once: to look at one of a Request is a call into the
 * runtime, and a request that passes is looked at a dozen times.
 */
export type Incoming = Pick<Request, 'method' | 'url' | 'headers' | 'body'>

export function toIncoming({ method, url, headers, body }: Request): Incoming {
  return { method, url, headers, body }
}
