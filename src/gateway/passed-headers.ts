// What of a client's headers goes to the upstream: all but what is hop-by-hop, secret or could pass for
// identity. Stripping comes first, so that nothing a client sends, `Connection` included, can remove or
// imitate what the gateway adds.

import { withoutAdminCookie } from './admin-cookie.ts'
import type { Incoming } from './incoming.ts'

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

/** Names that were looked at: clients send the same ones each time. Bounded, since they choose them. */
const known = new Map<string, boolean>()
const MAX_KNOWN = 1_000
const MAX_KNOWN_LENGTH = 64

/** Whether a header of the client stays out, by its lower-case name. `x_portal_key` is `x-portal-key`. */
export function isRemoved(name: string): boolean {
  const before = known.get(name)
  if (before !== undefined) return before
  const plain = name.replaceAll(/[^a-z0-9]/g, '-')
  const removed = REMOVED.has(plain) || REMOVED_PREFIXES.some((prefix) => plain.startsWith(prefix))
  if (name.length <= MAX_KNOWN_LENGTH) {
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(name, removed)
  }
  return removed
}

/** A copy of the client's headers that may pass: of bytes, so that what is no UTF-8 stays what it is. */
export function passedHeaders(incoming: Headers): Headers {
  const headers = new Headers(incoming)
  // oxlint-disable-next-line unicorn/no-array-for-each -- cheaper than an iterator of the runtime
  incoming.forEach((_, name) => {
    if (isRemoved(name)) headers.delete(name)
  })
  for (const name of namedByConnection(incoming)) headers.delete(name)

  const cookies = headers.get('cookie')
  if (cookies?.includes('portal_session') === true) {
    const rest = withoutAdminCookie(cookies)
    if (rest === null) headers.delete('cookie')
    else if (rest !== cookies) headers.set('cookie', rest)
  }
  return headers
}

/** Whether a request asks for a WebSocket (RFC 6455 §4.1: by GET alone). */
export function isWebSocket({ method, headers }: Incoming): boolean {
  return method === 'GET' && headers.get('upgrade')?.toLowerCase() === 'websocket'
}

/** The well-formed header names that `Connection` lists: those that this hop must not pass on. */
export function namedByConnection(headers: Headers): string[] {
  const connection = headers.get('connection')
  if (connection === null) return []
  const names = connection.split(',').map((name) => name.trim())
  return names.filter((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name))
}
