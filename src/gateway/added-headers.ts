// The headers that the gateway adds for the upstream: the key and account of a request, the client's address,
// and the trace of this hop.

import { originOf } from '../http/request-url.ts'

export interface Identity {
  readonly accountId: string
  readonly keyId: string
  /** The signed X-Portal-Assertion. */
  readonly assertion: string
}

/** Adds the key and account that the gateway found, and the client's address: null if unreadable. */
export function addIdentity(headers: Headers, identity: Identity, address: string | null): void {
  headers.set('x-portal-account', identity.accountId)
  headers.set('x-portal-key', identity.keyId)
  headers.set('x-portal-assertion', identity.assertion)
  if (address !== null) headers.set('x-portal-client-ip', address)
}

/** Adds the trace of this hop. It is the same for a request with a key and for a preflight. */
export function addForwarded(
  headers: Headers,
  requestUrl: string,
  address: string | null,
  requestId: string,
): void {
  const origin = originOf(requestUrl)
  if (origin === null) throw new TypeError('The URL of the request has no origin')
  headers.set('x-request-id', requestId)
  headers.set('x-forwarded-host', origin.host)
  headers.set('x-forwarded-proto', origin.protocol)
  if (address !== null) headers.set('x-forwarded-for', address)
}
