// The log: JSON lines of a closed form, one for each request and one for each fault. Texts are of types
// that only their makers can make, so a token, a cookie, a password, a path or a query string is a compile
// error. This is the line of a request.

import type { RequestId } from '../http/request-id.ts'
import type { ProblemCode } from '../problems/table.ts'
import type { Id } from '../shared/ids.ts'
import { loggedVersion } from './version.ts'

declare const brand: unique symbol
/** The pattern of a route, such as `/admin/api/v1/keys/:id`; never the path of a request. */
export type RoutePattern = string & { readonly [brand]: 'RoutePattern' }
/** A request id that contains no token. */
export type LoggedRequestId = string & { readonly [brand]: 'LoggedRequestId' }
/** The Cloudflare location that received a request, three letters. */
export type Colo = string & { readonly [brand]: 'Colo' }

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
/** A client can send any word as the method, so unknown methods are logged as `OTHER`. */
export type LoggedMethod = (typeof METHODS)[number] | 'OTHER'

/**
 * Why the upstream did not answer, as far as the runtime tells. It reports a connection that was refused and one
 * that broke alike, as `reset`. `edge_521`: Cloudflare answered with this status in place of the upstream.
 */
export type UpstreamFault = 'reset' | 'timeout' | 'invalid' | 'other' | `edge_${number}`

/** The log line of a request. Times are in milliseconds. In production the clock only advances during I/O. */
export interface RequestLine {
  readonly plane: 'portal' | 'admin'
  readonly request_id: LoggedRequestId
  readonly method: LoggedMethod
  readonly route?: RoutePattern
  readonly status: number
  /** The error code of a refusal. */
  readonly code?: ProblemCode | undefined
  readonly key_id?: Id<'key'> | undefined
  readonly account_id?: Id<'acc'> | undefined
  readonly colo?: Colo | undefined
  /** The authority could not be asked, and the record was believed all the same, see OUTAGE_GRACE_S. */
  readonly grace?: true | undefined
  /** The request went on whatever `code` says, see ENFORCEMENT. */
  readonly enforcement?: 'shadow'
  /** From the start of the request to its response headers. */
  readonly total_ms: number
  /** From the start of the request until it was allowed. */
  readonly authorized_ms?: number | undefined
  /** From the request to the upstream to the upstream's response headers. */
  readonly upstream_ms?: number | undefined
  readonly upstream_status?: number | undefined
  /** Why the upstream did not answer, of a 502 or 504. */
  readonly upstream_fault?: UpstreamFault | undefined
  /** The share of such requests that is written, if it is not all of them, see LOG_SAMPLING. */
  readonly sampling?: number
}

export type LogRequest = (line: RequestLine) => void

export function logRequest(line: RequestLine): void {
  console.log(JSON.stringify({ ...line, version: loggedVersion() }))
}

/** A token has at least so many characters after its prefix. A shorter text cannot contain one. */
const MIN_TOKEN_LENGTH = '_'.length + 44

/** Masks tokens in a request id, because a client may send its token as the id. */
export function toLoggedRequestId(requestId: RequestId): LoggedRequestId {
  const isShort = requestId.length < MIN_TOKEN_LENGTH
  const logged: string = isShort ? requestId : requestId.replace(/_[0-9A-Za-z]{44,}/g, '_********')
  return logged as LoggedRequestId
}

export function toLoggedMethod(method: string): LoggedMethod {
  return METHODS.find((known) => known === method) ?? 'OTHER'
}

let colo: Colo | undefined

/** The location, cached per isolate, because an isolate never moves and `cf` is costly to read. */
export function coloOf(request: Request): Colo | undefined {
  colo ??= readColo(request)
  return colo
}

/** The location of this isolate; undefined before its first request, and outside Cloudflare. */
export function currentColo(): Colo | undefined {
  return colo
}

/** Reads the location of a request; undefined outside Cloudflare. */
export function readColo({ cf }: Request): Colo | undefined {
  const { colo: name } = (cf ?? {}) as { colo?: unknown }
  return typeof name === 'string' && /^[A-Z]{3}$/.test(name) ? (name as Colo) : undefined
}
