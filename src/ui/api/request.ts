// A request to the admin API. A refusal is a value.

import { err, ok, type Result } from '../../shared/result.ts'
import type { Fault } from './types.ts'

export interface Problem {
  readonly kind: 'problem'
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly requestId: string
  readonly errors: readonly Fault[]
  readonly retryAfterSeconds: number | null
  /** Where to log in, if that is at an identity provider. */
  readonly logInAt: string | null
}

export type Failure =
  | Problem
  /** No connection, or no answer in time. It is unknown whether the request was carried out. */
  | { readonly kind: 'unreachable' }
  /** The session has ended, and the customer did not log in again. */
  | {
      readonly kind: 'logged_out'
      readonly logInAt: string | null
      /** Where support is, if the answer said so. */
      readonly support?: string | undefined
    }

export type Answer<T> = Promise<Result<T, Failure>>

export interface Request {
  readonly body?: unknown
  readonly headers?: Record<string, string>
  /** A background request, for which nobody is asked to log in again. */
  readonly quiet?: boolean
  /** A request of a page that does not know yet whether somebody is logged in. That nobody is, is no error then. */
  readonly asksWho?: boolean
}

const BASE = '/admin/api/v1'
const TIMEOUT_MS = 20_000

export async function send<T>(method: string, path: string, request: Request): Answer<T> {
  const { body, headers, asksWho = false } = request
  try {
    const response = await fetch(BASE + path, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(asksWho && { Prefer: 'logged-out=204' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (asksWho && response.status === 204) {
      const logInAt = response.headers.get('Portal-Log-In')
      return err({ kind: 'logged_out', logInAt, support: helpOf(response).support })
    }
    const text = await response.text()
    const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    if (!response.ok) return err(toProblem(response, json))
    return ok({ ...json, ...helpOf(response), ...keyLimitOf(response) } as T)
  } catch {
    return err({ kind: 'unreachable' }) // refused, cut off, too late, or not the gateway's own answer
  }
}

/** `Link: <https://…>; rel="help"` (RFC 8288), and where support is; on the answer about the session. */
function helpOf({ headers }: Response): { documentation?: string; support?: string } {
  const url = /<(https?:\/\/[^>]+)>;\s*rel="help"/i.exec(headers.get('Link') ?? '')?.[1]
  const support = headers.get('Portal-Support')
  return {
    ...(url !== undefined && { documentation: url }),
    ...(support !== null && /^(?:https?|mailto):/.test(support) && { support }),
  }
}

/** On the answer about the session. */
function keyLimitOf({ headers }: Response): { keyLimit?: number } {
  const limit = headers.get('Portal-Key-Limit')
  return limit === null ? {} : { keyLimit: Number(limit) }
}

function toProblem(response: Response, json: Record<string, unknown>): Problem {
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN)
  return {
    kind: 'problem',
    status: response.status,
    code: String(json['code']),
    detail: String(json['detail']),
    requestId: String(json['request_id']),
    errors: Array.isArray(json['errors']) ? (json['errors'] as Fault[]) : [],
    logInAt: typeof json['log_in_at'] === 'string' ? json['log_in_at'] : null,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
  }
}
