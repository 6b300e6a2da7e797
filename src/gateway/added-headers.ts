// What the gateway adds to a request for the upstream: who calls, from where, and the trace of this hop.

import { pathStart } from '../request-url.ts'
import type { HeaderFields } from './passed-headers.ts'

export interface Identity {
  readonly accountId: string
  readonly keyId: string
  /** The signed X-Portal-Assertion. */
  readonly assertion: string
}

/** Adds who calls and where from, as the gateway knows it; `address` is null where it is unreadable. */
export function addIdentity(
  fields: HeaderFields,
  identity: Identity,
  address: string | null,
): void {
  fields['x-portal-account'] = identity.accountId
  fields['x-portal-key'] = identity.keyId
  fields['x-portal-assertion'] = identity.assertion
  if (address !== null) fields['x-portal-client-ip'] = address
}

/** Adds the trace of this hop, the same for a keyed request and a preflight. */
export function addForwarded(
  fields: HeaderFields,
  requestUrl: string,
  address: string | null,
  requestId: string,
): void {
  const { host, proto } = originOf(requestUrl)
  fields['x-request-id'] = requestId
  fields['x-forwarded-host'] = host
  fields['x-forwarded-proto'] = proto
  if (address !== null) fields['x-forwarded-for'] = address
}

let lastOrigin = { text: '', host: '', proto: '' }

/** Of the URL of a request, nearly always the one before. Throws a TypeError where it is none. */
function originOf(requestUrl: string) {
  const text = requestUrl.slice(0, pathStart(requestUrl))
  if (text !== lastOrigin.text) {
    const { host, protocol } = new URL(text)
    lastOrigin = { text, host, proto: protocol.slice(0, -1) }
  }
  return lastOrigin
}
