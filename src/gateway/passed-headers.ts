// What of a client's headers goes to the upstream: all but what is hop-by-hop, secret or could pass for
// identity. Stripping comes first, so that nothing a client sends, `Connection` included, can remove or
// imitate what the gateway adds.

import type { Incoming } from './incoming.ts'

/** Header fields by their lower-case names, those of a repeated header joined (RFC 9110 §5.3). */
export type HeaderFields = Record<string, string>

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

/** What the runtime reads for bytes that are no UTF-8. */
const UNREADABLE = '\ufffd'

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

export interface PassedHeaders {
  readonly fields: HeaderFields
  /**
   * Whether text by name says all that came: a value in Latin-1 is no UTF-8, and the lines of `Set-Cookie`
   * are not to be joined.
   */
  readonly exact: boolean
}

/**
 * The client's headers that may pass. Read in one go, and built as a plain object: in a `Headers` of the
 * runtime every change is a call into it, and the whole is copied twice.
 */
export function passedHeaders(incoming: Headers): PassedHeaders {
  const fields = Object.create(null) as HeaderFields // a client may send a header named __proto__
  let exact = true
  // oxlint-disable-next-line unicorn/no-array-for-each -- cheaper than an iterator of the runtime
  incoming.forEach((value, name) => {
    if (isRemoved(name)) return
    const before = fields[name]
    fields[name] = before === undefined ? value : `${before}, ${value}`
    if (before !== undefined || value.includes(UNREADABLE)) exact = false
  })
  for (const name of namedByConnection(incoming)) delete fields[name.toLowerCase()]

  const { cookie } = fields
  if (cookie?.includes('portal_session') === true) {
    const rest = cookie.replaceAll(ADMIN_COOKIE, '').replace(/^[;,\s]+/, '')
    if (rest === '') delete fields['cookie']
    else fields['cookie'] = rest
  }
  return { fields, exact }
}

/** The client's own headers, as bytes, made to say what `fields` says. */
export function asTheyCame(incoming: Headers, fields: HeaderFields): Headers {
  const headers = new Headers(incoming)
  for (const name of incoming.keys()) if (!(name in fields)) headers.delete(name)
  for (const [name, value] of Object.entries(fields)) {
    if (headers.get(name) !== value) headers.set(name, value)
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
