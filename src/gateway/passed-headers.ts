// Passes a client's headers to the upstream without those that are hop-by-hop, secret or could pass for
// identity. They are removed before the gateway adds its own. So no header of the client, `Connection`
// included, can remove or imitate one of the gateway's.

import { withoutAdminCookie } from './admin-cookie.ts'
import type { Incoming } from './incoming.ts'

const CREDENTIALS = new Set(['authorization', 'x-api-key'])

/** Hop-by-hop (RFC 9110 §7.6.1), credentials, and headers that an upstream may trust for the client's identity. */
const REMOVED = new Set([
  ...CREDENTIALS,
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
  'x-forwarded',
  'forwarded-for',
  'x-real-ip',
  'true-client-ip',
  'x-client-ip',
  'client-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'x-original-host',
  'x-host',
  'fastly-client-ip',
  'remote-user',
  'x-remote-user',
  'x-original-url',
  'x-rewrite-url',
])
const REMOVED_PREFIXES = ['x-portal-', 'x-forwarded-', 'cf-']

/** Results of `isRemoved`, since clients send the same names each time. Bounded, since they choose the names. */
const cachedResults = new Map<string, boolean>()
const MAX_CACHED = 1_000
const MAX_CACHED_LENGTH = 64

/** Whether a client's header is removed. `name`: in lower case; `x_portal_key` counts as `x-portal-key`. */
export function isRemoved(name: string): boolean {
  const cached = cachedResults.get(name)
  if (cached !== undefined) return cached
  const plain = name.replaceAll(/[^a-z0-9]/g, '-')
  const removed = REMOVED.has(plain) || REMOVED_PREFIXES.some((prefix) => plain.startsWith(prefix))
  if (name.length <= MAX_CACHED_LENGTH) {
    if (cachedResults.size >= MAX_CACHED) cachedResults.clear()
    cachedResults.set(name, removed)
  }
  return removed
}

/** Whether a header that `isRemoved` names may carry the key of a request. `name`: in lower case. */
function isCredential(name: string): boolean {
  return CREDENTIALS.has(name.replaceAll(/[^a-z0-9]/g, '-'))
}

/** Copies the client's headers that may pass. Values are copied as bytes, so invalid UTF-8 stays unchanged. */
export function stripHeaders(incoming: Headers): Headers {
  return copyWithout(isRemoved, incoming)
}

/** As `stripHeaders`, with the credential. For an upstream that authenticates requests itself. */
export function stripIdentity(incoming: Headers): Headers {
  return copyWithout((name) => isRemoved(name) && !isCredential(name), incoming)
}

function copyWithout(isLeftOut: (name: string) => boolean, incoming: Headers): Headers {
  const headers = new Headers(incoming)
  // oxlint-disable-next-line unicorn/no-array-for-each -- faster than the runtime's iterator
  incoming.forEach((_, name) => {
    if (isLeftOut(name)) headers.delete(name)
  })
  for (const name of listConnectionHeaders(incoming)) headers.delete(name)

  const cookies = headers.get('cookie')
  if (cookies?.includes('portal_') === true) {
    const rest = withoutAdminCookie(cookies)
    if (rest === null) headers.delete('cookie')
    else if (rest !== cookies) headers.set('cookie', rest)
  }
  return headers
}

/** Whether a request asks for a WebSocket. Only a GET can (RFC 6455 §4.1). */
export function isWebSocket({ method, headers }: Incoming): boolean {
  return method === 'GET' && headers.get('upgrade')?.toLowerCase() === 'websocket'
}

/** The well-formed header names in `Connection`, which this hop must not pass on. */
export function listConnectionHeaders(headers: Headers): string[] {
  const connection = headers.get('connection')
  if (connection === null) return []
  const names = connection.split(',').map((name) => name.trim())
  return names.filter((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name))
}
