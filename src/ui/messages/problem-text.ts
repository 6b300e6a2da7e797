// The sentence for a failure, which says what to do.

import type { Failure } from '../api/api.ts'
import { messages } from './messages.ts'

/** `reading`: nothing was typed or sent that could be lost. */
export function failureText(failure: Failure, what: 'reading' | 'change' = 'change'): string {
  const { problems, page, password, logIn } = messages
  if (failure.kind === 'unreachable') {
    if (!navigator.onLine) return page.offline
    return what === 'reading' ? problems.unreachableList : problems.unreachable
  }
  if (failure.kind === 'logged_out') return problems.logged_out
  switch (failure.code) {
    case 'login_failed':
      return logIn.failed
    case 'second_factor_failed':
    case 'second_factor_incorrect':
      return problems.second_factor
    case 'password_incorrect':
      return password.incorrect
    case 'throttled':
      return password.throttled(failure.retryAfterSeconds ?? 60)
    case 'not_found':
      return what === 'reading' ? problems.unknown : problems.not_found
    case 'account_pending':
      return page.pending
    case 'account_suspended':
      return page.suspended
    case 'https_required':
    case 'key_limit_reached':
    case 'storage_unavailable':
    case 'idempotency_mismatch':
    case 'cross_site_request':
    case 'role_insufficient':
      return problems[failure.code]
    default:
      return problems.other(failure.detail, failure.requestId)
  }
}

export function isCode(failure: Failure, code: string): boolean {
  return failure.kind === 'problem' && failure.code === code
}
