// The headers that go to the upstream: the client's, less what is hop-by-hop, secret or could pass
// for identity, plus our own. Stripping comes first, so that nothing a client sends, `Connection`
// included, can remove or imitate what the gateway adds.

import { formatAddress } from '../keys/address.ts'
import type { Address } from '../keys/address.ts'

/** RFC 9110 §7.6.1, the credentials, and what an upstream might believe about who is calling. */
const REMOVED = new Set([
  'authorization',
  'x-api-key',
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authenticate',
  'proxy-authorization',
  'expect',
  'forwarded',
  'x-real-ip',
  'true-client-ip',
  'x-client-ip',
  'x-original-url',
  'x-rewrite-url',
])
const REMOVED_PREFIXES = ['x-portal-', 'x-forwarded-', 'cf-']

/** The admin page's cookie, under both of its names; a comma parts cookies of a repeated header. */
const ADMIN_COOKIE = /(?:^|[;,])\s*(?:__Host-)?portal_session\s*=[^;,]*/g

export interface Identity {
  readonly accountId: string
  readonly keyId: string
  /** The signed X-Portal-Assertion. */
  readonly assertion: string
}

/** Whether a header of the client stays out, by its lower-case name. `x_portal_key` is `x-portal-key`. */
export function isRemoved(name: string): boolean {
  const plain = name.replaceAll(/[^a-z0-9]/g, '-')
  return REMOVED.has(plain) || REMOVED_PREFIXES.some((prefix) => plain.startsWith(prefix))
}

/** The client's headers that may pass. */
export function passedHeaders(incoming: Headers): Headers {
  const headers = new Headers(incoming)
  for (const name of incoming.keys()) {
    if (isRemoved(name)) headers.delete(name)
  }
  for (const name of namedByConnection(incoming)) headers.delete(name)

  const cookie = headers.get('cookie')
  if (cookie?.includes('portal_session') === true) {
    const rest = cookie.replaceAll(ADMIN_COOKIE, '').replace(/^[;,\s]+/, '')
    if (rest === '') headers.delete('cookie')
    else headers.set('cookie', rest)
  }
  return headers
}

/** Adds who calls and where from, as the gateway knows it. */
export function addIdentity(headers: Headers, identity: Identity, address: Address | null): void {
  headers.set('X-Portal-Account', identity.accountId)
  headers.set('X-Portal-Key', identity.keyId)
  headers.set('X-Portal-Assertion', identity.assertion)
  if (address !== null) headers.set('X-Portal-Client-IP', formatAddress(address))
}

/** Adds the trace of this hop, the same for a keyed request and a preflight. */
export function addForwarded(
  headers: Headers,
  url: URL,
  address: Address | null,
  requestId: string,
): void {
  headers.set('X-Request-Id', requestId)
  headers.set('X-Forwarded-Host', url.host)
  headers.set('X-Forwarded-Proto', url.protocol.slice(0, -1))
  if (address !== null) headers.set('X-Forwarded-For', formatAddress(address))
}

/** Whether a request asks for a WebSocket (RFC 6455 §4.1: by GET alone). */
export function isWebSocket({ method, headers }: Request): boolean {
  return method === 'GET' && headers.get('upgrade')?.toLowerCase() === 'websocket'
}

/** The well-formed header names that `Connection` lists: those that this hop must not pass on. */
export function namedByConnection(headers: Headers): string[] {
  const connection = headers.get('connection')
  if (connection === null) return []
  const names = connection.split(',').map((name) => name.trim())
  return names.filter((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name))
}
