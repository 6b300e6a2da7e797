// What the refusals of the control plane tell whoever is refused.

import type { ConfirmationFault, LogInFault, Refusal } from './refusal.ts'

/** The sentences of the refusals that always say the same. */
export const DETAILS = {
  https_required:
    'The request came over plain HTTP, so others could read it on its way. Use https: alone. An API key, a password or a token that was sent over plain HTTP should be replaced.',
  cross_site_request:
    'A change can only be asked for by the API Keys page itself or by a non-browser client.',
  account_mismatch:
    'Your identity provider names another account than the one that you are a user of. Ask CommPeak to settle this.',
  user_disabled: 'You may not log in here any more. Ask CommPeak why.',
  identity_provider_unavailable:
    'The identity provider cannot be used at the moment. Sessions and API keys go on working. Try again in a few seconds.',
  logout_token_invalid:
    'The body has no logout_token of this identity provider for this client, or one that came before. Nothing was changed.',
  second_factor_required:
    'The password is right. Send the same request with "code": six digits of the app, or a recovery code.',
  second_factor_failed:
    'The code is wrong, too old, or was used already. Wait for the next one of the app.',
  second_factor_incorrect:
    'The code is wrong, too old, or was used already. Nothing was changed. Wait for the next one of the app.',
  second_factor_enrolment_required:
    'Every user needs a second factor here. Set it up first, with POST /admin/api/v1/second-factor.',
  second_factor_enabled:
    'This user has a second factor already. Remove it before you set up another one.',
  not_found: 'There is nothing here by this name.',
  unsupported_media_type: 'Send the body as JSON, with "Content-Type: application/json".',
  password_incorrect: 'This is not your password. Nothing was changed.',
  idempotency_mismatch:
    'This Idempotency-Key came with another body within 24 hours. Use a new one for a new request.',
  email_taken: 'A user of this or another account has this e-mail address.',
  external_id_taken: 'Another account has this external_id.',
  last_owner:
    'This user is the only active owner of the account. Make another user an owner first.',
  token_not_stored:
    'The gateway does not have this token in a form that it can show. Rotate the key with POST /keys/{id}/rotation to get a token that it can show.',
  rotation_required:
    'A token of this key was reported as leaked, so the key stays paused until it has a new one. Rotate it with POST /keys/{id}/rotation. Nothing was changed.',
  version_conflict:
    'This was changed by somebody else meanwhile. Read it again and repeat the change.',
  enforcement_pending:
    'The change is recorded and goes through by itself. Repeat the request to see when it has.',
  storage_unavailable:
    'The database, or another store of the gateway, cannot be reached at the moment. Repeat the request in a few seconds. If it was a change, look first whether it was made.',
  misconfigured:
    'This gateway lacks settings or secrets, or cannot read them. Its operator finds in its log which.',
  internal_error: 'Something went wrong. The request id names it in the log.',
} satisfies Partial<Record<Refusal['reason'], string>>

export function logInDetail(cause: Extract<Refusal, { reason: 'login_failed' }>['cause']): string {
  if (cause === undefined) return 'The e-mail address or the password is wrong.'
  const { kind, error } = cause
  return [LOG_IN_FAULTS[kind], ...(error === undefined ? [] : [`It said ${error}.`])].join(' ')
}

const LOG_IN_FAULTS: Readonly<Record<LogInFault, string>> = {
  not_begun:
    'This log-in was not begun in this browser, or more than ten minutes ago. Log in again.',
  used: 'This log-in was completed before. Log in again.',
  ended:
    'During this log-in you were logged out at the identity provider, or your access was changed. Log in again.',
  denied: 'The identity provider did not let you in. Log in again.',
  code_rejected: 'The identity provider does not accept this log-in any more. Log in again.',
  answer_invalid: 'This answer is none of the identity provider that was asked. Log in again.',
  token_invalid: 'The identity provider answered with an ID token that is not valid here.',
}

export function confirmationDetail(cause: ConfirmationFault | undefined): string {
  switch (cause) {
    case undefined:
      return 'This needs a confirmation by your identity provider. Open /admin/confirm, and send what it ends with as "confirmation". Nothing was changed.'
    case 'spent':
      return 'This confirmation was used, is older than five minutes, or belongs to another session. Open /admin/confirm for a new one. Nothing was changed.'
    case 'another_call':
      return 'This confirmation is for another call, or for another key. Open /admin/confirm for this one. Nothing was changed.'
    case 'another_person':
      return 'The identity provider named another person than the one who is logged in here. Confirm as yourself.'
    case 'no_auth_time':
      return 'The identity provider did not say when it authenticated you. Its operator has to turn on the claim auth_time in the ID tokens of this client.'
    case 'not_anew':
      return 'The identity provider did not authenticate you anew. Its operator has to make it do so where a client asks with max_age=0 and prompt=login; with a provider that cannot, such as Google alone, nobody can confirm.'
    case 'session_ended':
      return 'Your session has ended. Log in again, and then confirm.'
    default:
      return LOG_IN_FAULTS[cause]
        .replaceAll('log-in', 'confirmation')
        .replaceAll('Log in', 'Confirm')
  }
}

export function throttledDetail({
  retryAfterSeconds,
  changes,
  reports,
  isAtProvider,
}: Extract<Refusal, { reason: 'throttled' }>): string {
  const wait = `Wait ${retryAfterSeconds} seconds before the next one.`
  if (reports !== undefined) {
    return `An address may send ${reports} reports a minute. This one was not recorded. ${wait}`
  }
  if (changes !== undefined) {
    return `This account made ${changes} changes within a minute. Nothing was changed by this one. ${wait}`
  }
  if (isAtProvider === true) {
    return `The identity provider did not know too many codes that came from this network. ${wait}`
  }
  return `There were too many attempts. Nothing was tried with this password. ${wait}`
}
