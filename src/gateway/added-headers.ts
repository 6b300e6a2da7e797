// What the gateway adds to a request for the upstream: who calls, from where, and the trace of this hop.

import { originOf } from '../request-url.ts'

export interface Identity {
  readonly accountId: string
  readonly keyId: string
  /** The signed X-Portal-Assertion. */
  readonly assertion: string
}

/** Adds who calls and where from, as the gateway knows it; `address` is null where it is unreadable. */
export function addIdentity(headers: Headers, identity: Identity, address: string | null): void {
  headers.set('x-portal-account', identity.accountId)
  headers.set('x-portal-key', identity.keyId)
  headers.set('x-portal-assertion', identity.assertion)
  if (address !== null) headers.set('x-portal-client-ip', address)
}

/** Adds the trace of this hop, the same for a keyed request and a preflight. */
export function addForwarded(
  headers: Headers,
  requestUrl: string,
  address: string | null,
  requestId: string,
): void {
  const origin = originOf(requestUrl)
  if (origin === null) throw new TypeError('The URL of the request is none')
  headers.set('x-request-id', requestId)
  headers.set('x-forwarded-host', origin.host)
  headers.set('x-forwarded-proto', origin.protocol)
  if (address !== null) headers.set('x-forwarded-for', address)
}
