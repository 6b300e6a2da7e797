// The line of a fault in the log. An error is logged by its name and code, never by its message, since
// messages of libSQL's and drizzle's errors hold the bound parameters.

import type { ConfigurationFault } from '../configuration/configuration-fault.ts'
import type { RequestId } from '../http/request-id.ts'
import { toLoggedRequestId } from './request-line.ts'
import { loggedVersion } from './version.ts'

export type FaultKind =
  | 'authority'
  | 'clock'
  | 'kv_read'
  | 'kv_put'
  | 'libsql'
  | 'database_behind'
  | 'mark_enforced'
  | 'mark_published'
  | 'outbox'
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
      version: loggedVersion(),
    }),
  )
}

export function logConfigurationFault(detail: ConfigurationFault): void {
  const version = loggedVersion()
  console.error(JSON.stringify({ level: 'error', fault: 'configuration', detail, version }))
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
