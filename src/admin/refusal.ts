// Every refusal of the control plane, and the one place where a refusal becomes a problem.

import type { Role } from '../shared/roles.ts'
import type { AccountStatus } from '../keys/key-record.ts'
import type { Problem } from '../problems/problem.ts'
import type { Fault } from './answers/problem.ts'
import { FOREIGN_DATABASE } from './database-owner.ts'
import { shortenName } from './faults.ts'
import type { Stalled } from './progress.ts'

export type { Fault }

export type Refusal =
  | { readonly reason: 'https_required' }
  | { readonly reason: 'cross_site_request' }
  | {
      readonly reason: 'unauthenticated'
      readonly scheme: 'session' | 'bearer'
      /** Where a person logs in, if that is at an identity provider. */
      readonly logInAt?: string
    }
  | {
      readonly reason: 'login_failed'
      /** Why, if it was at an identity provider. `error`: the code that it gave. */
      readonly cause?: { readonly kind: LogInFault; readonly error?: string }
    }
  | { readonly reason: 'account_unknown'; readonly claim: string }
  | { readonly reason: 'account_mismatch' }
  | { readonly reason: 'role_unknown'; readonly claim: string }
  | { readonly reason: 'user_disabled' }
  | { readonly reason: 'identity_provider_unavailable' }
  | { readonly reason: 'confirmation_required'; readonly cause?: ConfirmationFault }
  | { readonly reason: 'logout_token_invalid' }
  | { readonly reason: 'second_factor_required' }
  | { readonly reason: 'second_factor_failed' }
  | { readonly reason: 'second_factor_incorrect' }
  | { readonly reason: 'second_factor_enrolment_required' }
  | { readonly reason: 'second_factor_enabled' }
  | { readonly reason: 'not_found' }
  | { readonly reason: 'method_not_allowed'; readonly allow: readonly string[] }
  | { readonly reason: 'role_insufficient'; readonly role: Role; readonly needed: Role }
  | { readonly reason: 'account_not_active'; readonly status: AccountStatus }
  | { readonly reason: 'unsupported_media_type' }
  | { readonly reason: 'payload_too_large'; readonly maxBytes: number }
  | {
      readonly reason: 'body_malformed'
      /** The member that an object of the body has twice, if that is the fault. */
      readonly repeated?: string
    }
  | { readonly reason: 'validation_failed'; readonly faults: readonly Fault[] }
  | { readonly reason: 'password_incorrect' }
  | {
      readonly reason: 'throttled'
      readonly retryAfterSeconds: number
      /** How many changes were made within a minute, if these are too many and not password attempts. */
      readonly changes?: number
      /** How many leak reports an address may make in a minute, if it made more. */
      readonly reports?: number
    }
  | { readonly reason: 'key_limit_reached'; readonly limit: number }
  | { readonly reason: 'idempotency_mismatch' }
  /** `endsAt`: when the rotation that is under way ends, RFC 3339. */
  | { readonly reason: 'rotation_in_progress'; readonly endsAt: string }
  | { readonly reason: 'email_taken' }
  | { readonly reason: 'rotation_required' }
  | { readonly reason: 'token_not_stored' }
  | { readonly reason: 'external_id_taken' }
  | { readonly reason: 'last_owner' }
  | { readonly reason: 'version_conflict' }
  | { readonly reason: 'enforcement_pending' }
  | { readonly reason: 'storage_unavailable' }
  | { readonly reason: 'misconfigured' }
  | {
      readonly reason: 'unhealthy'
      readonly down: readonly string[]
      readonly stalled: readonly Stalled[]
      readonly health: Readonly<Record<string, unknown>>
    }
  | { readonly reason: 'internal_error' }

/** `not_begun`: here and lately. `used`: it was completed before. The others are those of the provider. */
export type LogInFault =
  'not_begun' | 'used' | 'denied' | 'code_rejected' | 'answer_invalid' | 'token_invalid'

/** What is wrong with a confirmation. */
export type ConfirmationFault =
  'spent' | LogInFault | 'another_person' | 'no_auth_time' | 'not_anew' | 'session_ended'

const RETRY_AFTER_SECONDS = 5
const STALLED: Readonly<Record<Stalled, string>> = {
  cron: 'The cron has not run for five minutes.',
  pending: 'A change has been pending for more than two minutes.',
}
const SESSION_CHALLENGE = 'Session realm="admin"'
const BEARER_CHALLENGE = 'Bearer realm="operator"'

/** Maps a refusal to a problem. */
export function toProblem(refusal: Refusal): Problem {
  const code = refusal.reason
  switch (code) {
    case 'https_required':
      return {
        code,
        detail:
          'The request came over plain HTTP, so others could read it on its way. Use https: alone. An API key, a password or a token that was sent over plain HTTP should be replaced.',
      }
    case 'cross_site_request':
      return {
        code,
        detail:
          'A change can only be asked for by the API Keys page itself or by a non-browser client.',
      }
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
    case 'account_mismatch':
      return {
        code,
        detail:
          'Your identity provider names another account than the one that you are a user of. Ask CommPeak to settle this.',
      }
    case 'role_unknown':
      return {
        code,
        detail: `Your identity provider gives you no role of this gateway in the claim ${JSON.stringify(shortenName(refusal.claim))}. Ask whoever manages your users there.`,
      }
    case 'user_disabled':
      return {
        code,
        detail: 'You may not log in here any more. Ask CommPeak why.',
      }
    case 'identity_provider_unavailable':
      return {
        code,
        detail:
          'The identity provider cannot be used at the moment. Sessions and API keys go on working. Try again in a few seconds.',
        headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
      }
    case 'confirmation_required':
      return {
        code,
        detail: confirmationDetail(refusal.cause),
      }
    case 'logout_token_invalid':
      return {
        code,
        detail:
          'The body has no logout_token of this identity provider for this client, or one that came before. Nothing was changed.',
      }
    case 'second_factor_required':
      return {
        code,
        detail:
          'The password is right. Send the same request with "code": six digits of the app, or a recovery code.',
        headers: { 'WWW-Authenticate': SESSION_CHALLENGE },
      }
    case 'second_factor_failed':
      return {
        code,
        detail:
          'The code is wrong, too old, or was used already. Wait for the next one of the app.',
        headers: { 'WWW-Authenticate': SESSION_CHALLENGE },
      }
    case 'second_factor_incorrect':
      return {
        code,
        detail:
          'The code is wrong, too old, or was used already. Nothing was changed. Wait for the next one of the app.',
      }
    case 'second_factor_enrolment_required':
      return {
        code,
        detail:
          'Every user needs a second factor here. Set it up first, with POST /admin/api/v1/second-factor.',
      }
    case 'second_factor_enabled':
      return {
        code,
        detail: 'This user has a second factor already. Remove it before you set up another one.',
      }
    case 'not_found':
      return {
        code,
        detail: 'There is nothing here by this name.',
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
    case 'unsupported_media_type':
      return {
        code,
        detail: 'Send the body as JSON, with "Content-Type: application/json".',
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
    case 'password_incorrect':
      return {
        code,
        detail: 'This is not your password. Nothing was changed.',
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
    case 'idempotency_mismatch':
      return {
        code,
        detail:
          'This Idempotency-Key came with another body within 24 hours. Use a new one for a new request.',
      }
    case 'rotation_in_progress':
      return {
        code,
        detail: `This key has two tokens already; the old one works until ${refusal.endsAt}. End it, or take that rotation back, before the next one.`,
      }
    case 'email_taken':
      return {
        code,
        detail: 'A user of this or another account has this e-mail address.',
      }
    case 'external_id_taken':
      return {
        code,
        detail: 'Another account has this external_id.',
      }
    case 'last_owner':
      return {
        code,
        detail:
          'This user is the only active owner of the account. Make another user an owner first.',
      }
    case 'token_not_stored':
      return {
        code,
        detail:
          'The gateway does not have this token in a form that it can show. Rotate the key with POST /keys/{id}/rotation to get a token that it can show.',
      }
    case 'rotation_required':
      return {
        code,
        detail:
          'A token of this key was reported as leaked, so the key stays paused until it has a new one. Rotate it with POST /keys/{id}/rotation. Nothing was changed.',
      }
    case 'version_conflict':
      return {
        code,
        detail: 'This was changed by somebody else meanwhile. Read it again and repeat the change.',
      }
    case 'enforcement_pending':
      return {
        code,
        detail:
          'The change is recorded and goes through by itself. Repeat the request to see when it has.',
        headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
      }
    case 'storage_unavailable':
      return {
        code,
        detail:
          'The database, or another store of the gateway, cannot be reached at the moment. Look whether the change was made before you repeat it.',
        headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
      }
    case 'misconfigured':
      return {
        code,
        detail:
          'This gateway lacks settings or secrets, or cannot read them. Its operator finds in its log which.',
        headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
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
    case 'internal_error':
      return {
        code,
        detail: 'Something went wrong. The request id names it in the log.',
      }
  }
}

function logInDetail(cause: Extract<Refusal, { reason: 'login_failed' }>['cause']): string {
  if (cause === undefined) return 'The e-mail address or the password is wrong.'
  const { kind, error } = cause
  return [LOG_IN_FAULTS[kind], ...(error === undefined ? [] : [`It said ${error}.`])].join(' ')
}

const LOG_IN_FAULTS: Readonly<Record<LogInFault, string>> = {
  not_begun:
    'This log-in was not begun in this browser, or more than ten minutes ago. Log in again.',
  used: 'This log-in was completed before. Log in again.',
  denied: 'The identity provider did not let you in. Log in again.',
  code_rejected: 'The identity provider does not accept this log-in any more. Log in again.',
  answer_invalid: 'This answer is none of the identity provider that was asked. Log in again.',
  token_invalid: 'The identity provider answered with an ID token that is not valid here.',
}

function confirmationDetail(cause: ConfirmationFault | undefined): string {
  switch (cause) {
    case undefined:
      return 'This needs a confirmation by your identity provider. Open /admin/confirm, and send what it ends with as "confirmation". Nothing was changed.'
    case 'spent':
      return 'This confirmation was used, is older than five minutes, or belongs to another session. Open /admin/confirm for a new one. Nothing was changed.'
    case 'another_person':
      return 'The identity provider named another person than the one who is logged in here. Confirm as yourself.'
    case 'no_auth_time':
      return 'The identity provider did not say when it authenticated you. Its operator has to turn on the claim auth_time in the ID tokens of this client.'
    case 'not_anew':
      return 'The identity provider did not authenticate you anew. Its operator has to let this client ask for that, with max_age.'
    case 'session_ended':
      return 'Your session has ended. Log in again, and then confirm.'
    default:
      return LOG_IN_FAULTS[cause]
        .replaceAll('log-in', 'confirmation')
        .replaceAll('Log in', 'Confirm')
  }
}

function throttledDetail({
  retryAfterSeconds,
  changes,
  reports,
}: Extract<Refusal, { reason: 'throttled' }>): string {
  const wait = `Wait ${retryAfterSeconds} seconds before the next one.`
  if (reports !== undefined) {
    return `An address may send ${reports} reports a minute. This one was not recorded. ${wait}`
  }
  if (changes !== undefined) {
    return `This account made ${changes} changes within a minute. Nothing was changed by this one. ${wait}`
  }
  return `There were too many attempts. Nothing was tried with this password. ${wait}`
}
