// The log: JSON lines of a closed form. An error is logged by its name and code, never by its
// message, since messages of libSQL's and drizzle's errors hold the bound parameters.

export type FaultKind =
  | 'authority'
  | 'kv_read'
  | 'kv_put'
  | 'libsql'
  | 'mark_enforced'
  | 'mark_published'
  | 'outbox'
  | 'brake'
  | 'configuration'
  | 'cron'
  | 'reconcile'
  | 'unexpected'

export type LogFault = (fault: FaultKind, error: unknown, requestId?: string) => void

export function logFault(fault: FaultKind, error: unknown, requestId?: string): void {
  console.error(
    JSON.stringify({ level: 'error', fault, request_id: requestId, ...described(error) }),
  )
}

/** A sentence of our own about the configuration: it names variables, never their values. */
export function logConfigurationFault(detail: string): void {
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
