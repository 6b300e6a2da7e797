// The line of a fault in the log. An error is logged by its name, a reason of a closed list and its stack
// frames, never by its message, since messages of libSQL's and drizzle's errors hold the bound parameters.

import type { ConfigurationFault } from '../configuration/configuration-fault.ts'
import type { RequestId } from '../http/request-id.ts'
import { type FaultReason, isOwnFault, reasonOf } from './fault-reason.ts'
import { toLoggedRequestId } from './request-line.ts'
import { type StackFrame, stackFrames } from './stack-frames.ts'
import { loggedVersion } from './version.ts'

export type FaultKind =
  | 'authority'
  | 'clock'
  | 'kv_read'
  | 'kv_put'
  | 'upstream'
  | 'metrics'
  | 'shadow'
  | 'libsql'
  | 'database_behind'
  | 'mark_enforced'
  | 'mark_published'
  | 'hasher'
  | 'identity_provider'
  | 'log_in_rate'
  | 'use'
  | 'configuration'
  | 'cron'
  | 'events'
  | 'reconcile'
  | 'reseal'
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

interface Description {
  readonly reason: FaultReason
  readonly error: string
  readonly cause?: string
  /** The id of a key of ENCRYPTION_KEYS. */
  readonly ring_key?: string
  readonly stack?: readonly StackFrame[]
}

function describeError(error: unknown): Description {
  const reason = reasonOf(error)
  if (!(error instanceof Error)) return { reason, error: typeof error }
  const { cause, ringKey } = error as Error & { ringKey?: unknown }
  return {
    reason,
    error: nameOf(error),
    ...(cause instanceof Error && { cause: nameOf(cause) }),
    ...(typeof ringKey === 'string' && /^[0-9A-Za-z]$/.test(ringKey) && { ring_key: ringKey }),
    ...(isOwnFault(reason) && { stack: stackFrames(error) }),
  }
}

function nameOf({ name }: Error): string {
  return /^\w{1,60}$/.test(name) ? name : 'Error'
}
