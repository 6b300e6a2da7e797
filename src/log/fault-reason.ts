// Why something failed, from a closed list. The text of an error never reaches the log, because it can hold
// bound parameters and URLs. So each error is read for what is known of it, and for nothing else.

const REASONS = [
  'timeout',
  // The runtime reports a connection that was refused and one that broke alike.
  'reset',
  // What answered was not of the expected form.
  'invalid',
  // Of Durable Objects, see stores/object-call.ts.
  'overloaded',
  'restarted',
  'unreachable',
  // Of a clock, see gateway/clock-guard.ts.
  'clock_jumped',
  // Of a database that came back from a backup, see admin/lost-changes.ts.
  'raised',
  'taken_back',
  'buried',
  'token_ended',
  'held_back',
  // No key of ENCRYPTION_KEYS opens a token.
  'token_unreadable',
  'other',
] as const

/** https://www.sqlite.org/rescode.html, and what libSQL says of other errors of a statement: unknown. */
const SQLITE =
  /^SQLITE_(ABORT|AUTH|BUSY|CANTOPEN|CONSTRAINT|CORRUPT|ERROR|FULL|INTERNAL|INTERRUPT|IOERR|LOCKED|MISMATCH|MISUSE|NOMEM|NOTADB|PERM|RANGE|READONLY|SCHEMA|TOOBIG|UNKNOWN)(?:_|$)/

export type FaultReason = (typeof REASONS)[number] | `http_${number}` | `sqlite_${string}`

/** Faults of the gateway itself rather than of what it asks. They are logged with their stack frames. */
const OWN_FAULTS: readonly FaultReason[] = [
  'other',
  'token_unreadable',
  'sqlite_constraint',
  'sqlite_error',
  'sqlite_misuse',
  'sqlite_mismatch',
  'sqlite_range',
  'sqlite_unknown',
]

/** A chain of causes can be a ring. */
const MAX_CAUSES = 8

/** The reason of the first error in the chain of causes that has one. */
export function reasonOf(error: unknown): FaultReason {
  let cause = error
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth++) {
    const reason = ownReason(cause)
    if (reason !== undefined) return reason
    cause = cause.cause
  }
  return 'other'
}

export function isOwnFault(reason: FaultReason): boolean {
  return OWN_FAULTS.includes(reason)
}

/** The reason `http_503` for the status 503. */
export function httpReason(status: number): FaultReason {
  return Number.isInteger(status) && status >= 100 && status <= 999 ? `http_${status}` : 'invalid'
}

function ownReason(error: Error): FaultReason | undefined {
  const { reason, code } = error as { reason?: unknown; code?: unknown }
  if (isReason(reason)) return reason
  if (error.name === 'TimeoutError') return 'timeout' // of AbortSignal.timeout()
  if (error.message === 'Network connection lost.') return 'reset'
  const [, status] = /^KV [A-Z]+ failed: (\d{3})\b/.exec(error.message) ?? []
  if (status !== undefined) return httpReason(Number(status))
  if (code === 'SQL_PARSE_ERROR' || code === 'SQL_INPUT_ERROR') return 'sqlite_error'
  const [, result] = SQLITE.exec(typeof code === 'string' ? code : '') ?? []
  return result === undefined ? undefined : `sqlite_${result.toLowerCase()}`
}

function isReason(reason: unknown): reason is FaultReason {
  if (typeof reason !== 'string') return false
  return REASONS.some((known) => known === reason) || /^http_[1-9]\d\d$/.test(reason)
}
