// The one place where a refusal of the control plane becomes a problem.

import type { Problem } from '../problems/problem.ts'
import { FOREIGN_DATABASE } from './database-owner.ts'
import { shortenName } from './faults.ts'
import type { Stalled } from './progress.ts'
import type { Refusal } from './refusal.ts'
import { confirmationDetail, DETAILS, logInDetail, throttledDetail } from './refusal-detail.ts'

const RETRY_AFTER_SECONDS = 5
const STALLED: Readonly<Record<Stalled, string>> = {
  cron: 'The cron has not run for five minutes.',
  pending: 'A change has been pending for more than two minutes.',
}
const SESSION_CHALLENGE = 'Session realm="admin"'
const BEARER_CHALLENGE = 'Bearer realm="operator"'

/** Maps a refusal to a problem. The compiler names a refusal that says nothing. */
export function toProblem(refusal: Refusal): Problem {
  const code = refusal.reason
  switch (code) {
    case 'unauthenticated': {
      const bySession = refusal.scheme === 'session'
      return {
        code,
        detail: bySession
          ? `There is no live session. Log in with ${refusal.logInAt ?? 'POST /admin/api/v1/session'}.`
          : 'The operator API needs "Authorization: Bearer <OPERATOR_TOKEN>".',
        headers: { 'WWW-Authenticate': bySession ? SESSION_CHALLENGE : BEARER_CHALLENGE },
        ...(refusal.logInAt !== undefined && { members: { log_in_at: refusal.logInAt } }),
      }
    }
    case 'login_failed':
      return {
        code,
        detail: logInDetail(refusal.cause),
        headers: { 'WWW-Authenticate': SESSION_CHALLENGE },
      }
    case 'account_unknown':
      return {
        code,
        detail: `Your identity provider names no account of this gateway in the claim ${JSON.stringify(shortenName(refusal.claim))}. Ask CommPeak for access.`,
      }
    case 'role_unknown':
      return {
        code,
        detail: `Your identity provider gives you no role of this gateway in the claim ${JSON.stringify(shortenName(refusal.claim))}. Ask whoever manages your users there.`,
      }
    case 'confirmation_required':
      return {
        code,
        detail: confirmationDetail(refusal.cause),
      }
    case 'method_not_allowed':
      return {
        code,
        detail: `This resource answers ${refusal.allow.join(', ')}.`,
        headers: { Allow: refusal.allow.join(', ') },
      }
    case 'role_insufficient':
      return {
        code,
        detail: `Your role is ${refusal.role}, and this needs the role ${refusal.needed}. Ask an owner of the account.`,
      }
    case 'account_not_active':
      return {
        code: refusal.status === 'pending' ? 'account_pending' : 'account_suspended',
        detail: `This account is ${refusal.status}: its keys can be looked at and deleted, and nothing else. Contact CommPeak to have it activated.`,
      }
    case 'payload_too_large':
      return {
        code,
        detail: `A body may have ${refusal.maxBytes} bytes at most.`,
      }
    case 'body_malformed':
      return {
        code,
        detail:
          refusal.repeated === undefined
            ? 'The body is not JSON in UTF-8.'
            : `The body gives the member ${JSON.stringify(shortenName(refusal.repeated))} twice in one object. Give it once.`,
      }
    case 'validation_failed':
      return {
        code,
        detail: 'The request breaks the rules that "errors" lists. Nothing was changed.',
        members: { errors: refusal.faults },
      }
    case 'throttled':
      return {
        code,
        detail: throttledDetail(refusal),
        headers: { 'Retry-After': String(refusal.retryAfterSeconds) },
      }
    case 'key_limit_reached':
      return {
        code,
        detail: `This account may have ${refusal.limit} API ${refusal.limit === 1 ? 'key' : 'keys'} (its key_limit). Delete one that is not used any more, or ask CommPeak for a higher limit.`,
      }
    case 'rotation_in_progress':
      return {
        code,
        detail: `This key has two tokens already; the old one works until ${refusal.endsAt}. End it, or take that rotation back, before the next one.`,
      }
    case 'unhealthy':
      return {
        code,
        detail: [
          ...(refusal.down.length > 0
            ? [`The gateway cannot reach: ${refusal.down.join(', ')}.`]
            : []),
          ...refusal.stalled.map((part) => STALLED[part]),
          ...(refusal.health['database'] === 'foreign' ? [`${FOREIGN_DATABASE}.`] : []),
        ].join(' '),
        members: refusal.health,
        headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
      }
    case 'second_factor_required':
    case 'second_factor_failed':
      return { code, detail: DETAILS[code], headers: { 'WWW-Authenticate': SESSION_CHALLENGE } }
    case 'identity_provider_unavailable':
    case 'enforcement_pending':
    case 'storage_unavailable':
    case 'misconfigured':
      return {
        code,
        detail: DETAILS[code],
        headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
      }
    default:
      return { code, detail: DETAILS[code] }
  }
}
