// The sentence for a failure, which says what to do.

import type { Failure } from '../api/api.ts'
import * as logInText from './log-in.ts'
import * as pageText from './page.ts'
import * as passwordText from './password.ts'
import { problems } from './problems.ts'

/** `reading`: nothing was typed or sent that could be lost. */
export function failureText(failure: Failure, what: 'reading' | 'change' = 'change'): string {
  if (failure.kind === 'unreachable') {
    if (!navigator.onLine) return pageText.offline
    return what === 'reading' ? problems.unreachableList : problems.unreachable
  }
  if (failure.kind === 'logged_out') return problems.logged_out
  switch (failure.code) {
    case 'login_failed':
      return logInText.failed
    case 'second_factor_failed':
    case 'second_factor_incorrect':
      return problems.second_factor
    case 'password_incorrect':
      return passwordText.incorrect
    case 'throttled':
      return passwordText.throttled(failure.retryAfterSeconds ?? 60)
    case 'not_found':
      return what === 'reading' ? problems.unknown : problems.not_found
    case 'account_pending':
      return pageText.pending
    case 'account_suspended':
      return pageText.suspended
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
