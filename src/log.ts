// The log: JSON lines of a closed form, one for each request and one for each fault. Texts are of types
// that only their makers can make, so a token, a cookie, a password, a path or a query string is a compile
// error. An error is logged by its name and code, never by its message, since messages of libSQL's and
// drizzle's errors hold the bound parameters.

import type { ConfigurationFault } from './configuration-fault.ts'
import type { Id } from './ids.ts'
import type { ProblemCode } from './problems/table.ts'
import type { RequestId } from './request-id.ts'

declare const brand: unique symbol
/** The pattern of a route of ours, such as `/admin/api/v1/keys/:id`; never the path of a request. */
export type RoutePattern = string & { readonly [brand]: 'RoutePattern' }
/** A request id without a token in it. */
export type LoggedRequestId = string & { readonly [brand]: 'LoggedRequestId' }
/** The Cloudflare location that a request came to, three letters. */
export type Colo = string & { readonly [brand]: 'Colo' }

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
/** A client can send any word as its method. */
export type LoggedMethod = (typeof METHODS)[number] | 'OTHER'

/** What is told of a request. Times are in milliseconds; in production they pass during I/O alone. */
export interface RequestLine {
  readonly plane: 'portal' | 'admin'
  readonly request_id: LoggedRequestId
  readonly method: LoggedMethod
  readonly route?: RoutePattern
  readonly status: number
  /** Of a refusal. */
  readonly code?: ProblemCode | undefined
  readonly key_id?: Id<'key'> | undefined
  readonly account_id?: Id<'acc'> | undefined
  readonly colo?: Colo | undefined
  /** Until the response headers were there. */
  readonly total_ms: number
  /** Until the request was known to be allowed. */
  readonly authorized_ms?: number | undefined
  /** From asking the upstream to its response headers. */
  readonly upstream_ms?: number | undefined
  readonly upstream_status?: number | undefined
}

export type LogRequest = (line: RequestLine) => void

export function logRequest(line: RequestLine): void {
  console.log(JSON.stringify(line))
}

/** Of a token behind its prefix: what is shorter need not be searched for one. */
const SHORTEST_TOKEN = '_'.length + 44

/** A client chooses its request id, and may choose its own token. */
export function toLoggedRequestId(requestId: RequestId): LoggedRequestId {
  const isShort = requestId.length < SHORTEST_TOKEN
  const logged: string = isShort ? requestId : requestId.replace(/_[0-9A-Za-z]{44,}/g, '_********')
  return logged as LoggedRequestId
}

export function toLoggedMethod(method: string): LoggedMethod {
  return METHODS.find((known) => known === method) ?? 'OTHER'
}

let colo: Colo | undefined

/** As `readColo`, until one was read: an isolate stays where it is, and `cf` is costly to read. */
export function coloOf(request: Request): Colo | undefined {
  colo ??= readColo(request)
  return colo
}

/** Undefined beyond Cloudflare. */
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
      ...described(error),
    }),
  )
}

export function logConfigurationFault(detail: ConfigurationFault): void {
  console.error(JSON.stringify({ level: 'error', fault: 'configuration', detail }))
}

function described(error: unknown): { error: string; code?: string; cause?: string } {
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
