// The log: JSON lines with fixed members, one per request and one per fault. Its texts have branded types,
// so logging a token, a cookie, a password, a path or a query string is a compile error. An error is logged
// by name and code, never by its message, because the messages of libSQL and drizzle contain the bound
// parameters.

import type { ConfigurationFault } from './configuration-fault.ts'
import type { Id } from './ids.ts'
import type { ProblemCode } from './problems/table.ts'
import type { RequestId } from './request-id.ts'

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
  /** From the start of the request to its response headers. */
  readonly total_ms: number
  /** From the start of the request until it was allowed. */
  readonly authorized_ms?: number | undefined
  /** From the request to the upstream to the upstream's response headers. */
  readonly upstream_ms?: number | undefined
  readonly upstream_status?: number | undefined
}

export type LogRequest = (line: RequestLine) => void

export function logRequest(line: RequestLine): void {
  console.log(JSON.stringify(line))
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

/** Reads the location of a request; undefined outside Cloudflare. */
export function readColo({ cf }: Request): Colo | undefined {
  const { colo: name } = (cf ?? {}) as { colo?: unknown }
  return typeof name === 'string' && /^[A-Z]{3}$/.test(name) ? (name as Colo) : undefined
}

export type FaultKind =
  | 'authority'
  | 'kv_read'
  | 'kv_put'
  | 'libsql'
  | 'database_behind'
  | 'mark_enforced'
  | 'mark_published'
  | 'outbox'
  | 'brake'
  | 'hasher'
  | 'log_in_rate'
  | 'denials'
  | 'configuration'
  | 'cron'
  | 'reconcile'
  | 'unexpected'

export type LogFault = (fault: FaultKind, error: unknown, requestId?: RequestId) => void

export function logFault(fault: FaultKind, error: unknown, requestId?: RequestId): void {
  console.error(
    JSON.stringify({
      level: 'error',
      fault,
      request_id: requestId && toLoggedRequestId(requestId),
      ...describeError(error),
    }),
  )
}

export function logConfigurationFault(detail: ConfigurationFault): void {
  console.error(JSON.stringify({ level: 'error', fault: 'configuration', detail }))
}

function describeError(error: unknown): { error: string; code?: string; cause?: string } {
  if (!(error instanceof Error)) return { error: typeof error }
  const { cause } = error
  const code = codeOf(error) ?? codeOf(cause)
  return {
    error: error.name,
    ...(code !== undefined && { code }),
    ...(cause instanceof Error && { cause: cause.name }),
  }
}

function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}
