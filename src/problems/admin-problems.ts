// The errors of the admin API, which the API Keys page uses too.

import type { ProblemEntry } from './entry.ts'

export const ADMIN_PROBLEMS = {
  cross_site_request: {
    status: 403,
    title: 'Request from another site',
    meaning:
      'The request would change something, and a browser sent it from a page of another origin. Such a request is never carried out.',
    remedies: {
      caller:
        'Use the API Keys page itself, or call the admin API from a server. A proxy must not change the `Host` or `Origin` header.',
    },
    retry: 'no',
  },
  unauthenticated: {
    status: 401,
    title: 'Not logged in',
    meaning:
      'There is no live session, or the operator token is missing or wrong. A session ends 12 hours after the log-in, and after an hour without use.',
    remedies: {
      caller:
        'Log in on the API Keys page or with `POST /admin/api/v1/session`. The operator API needs `Authorization: Bearer <OPERATOR_TOKEN>`.',
    },
    retry: 'no',
  },
  login_failed: {
    status: 401,
    title: 'Log-in failed',
    meaning:
      'The e-mail address or the password is wrong. The answer does not say which of the two. Where people log in by an identity provider, it said no, or its answer was not valid here.',
    remedies: {
      caller:
        'Correct the e-mail address or the password. With an identity provider, begin the log-in again.',
      operator:
        'Set a new password for a user who lost it. With an identity provider, look at the log.',
    },
    retry: 'no',
  },
  account_unknown: {
    status: 403,
    title: 'Account unknown',
    meaning:
      'The identity provider let the person in, and names no account of this gateway. Nobody is logged in.',
    remedies: {
      caller: 'Ask CommPeak for access.',
      operator:
        'Give the account the `external_id` that the provider sends, in the claim that `OIDC_ACCOUNT_CLAIM` names.',
    },
    retry: 'no',
  },
  account_mismatch: {
    status: 403,
    title: 'Another account',
    meaning:
      'The identity provider names another account than the one whose user this person is. A user stays in one account. Nobody is logged in.',
    remedies: {
      caller: 'Ask CommPeak which account you belong to.',
      operator: 'Correct the claim at the provider, or remove the user from the first account.',
    },
    retry: 'no',
  },
  role_unknown: {
    status: 403,
    title: 'Role unknown',
    meaning:
      'The identity provider gives the person no role that this gateway knows. Nobody is logged in.',
    remedies: {
      caller: 'Ask whoever manages your users at the provider for a role.',
      operator: 'Map the value in `OIDC_ROLES`, or name the right claim in `OIDC_ROLE_CLAIM`.',
    },
    retry: 'no',
  },
  user_disabled: {
    status: 403,
    title: 'User disabled',
    meaning: 'The operator has disabled this user. Nobody is logged in.',
    remedies: {
      caller: 'Ask CommPeak why.',
      operator: 'Set the `status` of the user to `active`.',
    },
    retry: 'no',
  },
  identity_provider_unavailable: {
    status: 503,
    title: 'Identity provider unavailable',
    meaning:
      'The identity provider did not answer in time, or not as it should. Nobody can log in or confirm meanwhile. Sessions, API keys and the Portal API go on working.',
    remedies: {
      caller: 'Try again after some seconds.',
      operator:
        'Look at the log for the fault `identity_provider` and its `reason`, and at the provider.',
    },
    retry: 'wait',
  },
  confirmation_required: {
    status: 403,
    title: 'Confirmation required',
    meaning:
      'Creating a key, rotating it and seeing a token again need a confirmation by the identity provider that is not older than five minutes. Each is good for one call of one session. Nothing was changed.',
    remedies: {
      caller:
        'Open `/admin/confirm` in a browser, and send the id that it ends with as `confirmation`.',
      operator:
        'If nobody can confirm, let the provider authenticate anew where `max_age` asks for it, and put `auth_time` into its ID tokens.',
    },
    retry: 'no',
  },
  logout_token_invalid: {
    status: 400,
    title: 'Logout token invalid',
    meaning:
      'The body of a back-channel logout has no logout token, or one that is not valid here or came before. No session was ended.',
    remedies: {
      operator:
        'Compare issuer and client id at the identity provider with `OIDC_ISSUER` and `OIDC_CLIENT_ID`.',
    },
    retry: 'no',
  },
  second_factor_required: {
    status: 401,
    title: 'Second factor required',
    meaning:
      'The password is right, and the user has a second factor. The log-in needs a code of the app, or a recovery code.',
    remedies: {
      caller: 'Send the same log-in with the member `code`.',
      operator: 'Remove the second factor of a user who lost phone and recovery codes.',
    },
    retry: 'no',
  },
  second_factor_failed: {
    status: 401,
    title: 'Second factor failed',
    meaning:
      'The password is right, and the code of the second factor is wrong, too old, or was used already. Each code is good for one use.',
    remedies: {
      caller:
        'Wait for the next code of the app, or use a recovery code. The clock of the phone must be right.',
      operator: 'Remove the second factor of a user who lost phone and recovery codes.',
    },
    retry: 'no',
  },
  second_factor_incorrect: {
    status: 403,
    title: 'Code incorrect',
    meaning:
      'The code of the second factor is wrong, too old, or was used already. Nothing was changed.',
    remedies: {
      caller: 'Wait for the next code of the app. The clock of the phone must be right.',
    },
    retry: 'no',
  },
  second_factor_enrolment_required: {
    status: 403,
    title: 'Second factor not set up',
    meaning:
      'This gateway asks every user for a second factor, and the user has none yet. Until then the user can log in, set it up and log out, and nothing else.',
    remedies: { caller: 'Set up a second factor on the *Security* page.' },
    retry: 'no',
  },
  second_factor_enabled: {
    status: 409,
    title: 'Second factor set up already',
    meaning: 'The user has a second factor. It does not change until it is removed.',
    remedies: { caller: 'Remove the second factor, then set up the new one.' },
    retry: 'no',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    meaning:
      'Nothing answers at this address. Deleted keys, keys of another account, and an operator API that the deployment does not have get this answer too.',
    remedies: { caller: 'Correct the path or the id.' },
    retry: 'no',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The address exists, but not with this method. The `Allow` header lists its methods.',
    remedies: { caller: 'Send the request with a method that `Allow` lists.' },
    retry: 'no',
  },
  role_insufficient: {
    status: 403,
    title: 'Role insufficient',
    meaning:
      'The user may not do this. A viewer looks at keys and changes nothing, a manager manages keys, and an owner also sees the users of the account.',
    remedies: {
      caller: 'Ask an owner of the account to do it, or to have your role changed.',
      operator: 'Give the user another role.',
    },
    retry: 'no',
  },
  account_pending: {
    status: 403,
    title: 'Account not active',
    meaning:
      'The account has not been activated yet. Its owner can log in, look at the keys and delete them, and nothing else.',
    remedies: {
      owner: 'Contact CommPeak to have the account activated.',
      operator: 'Activate the account.',
    },
    retry: 'no',
  },
  account_suspended: {
    status: 403,
    title: 'Account not active',
    meaning:
      'The account is suspended. Its owner can log in, look at the keys and delete them, and nothing else.',
    remedies: {
      owner: 'Contact CommPeak to learn why and to have the account activated.',
      operator: 'Activate the account when the reason for its suspension is gone.',
    },
    retry: 'no',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'The body of the request is not declared as JSON.',
    remedies: { caller: 'Send JSON, with `Content-Type: application/json`.' },
    retry: 'no',
  },
  payload_too_large: {
    status: 413,
    title: 'Body too large',
    meaning:
      'The body of the request is longer than 64 KiB (65 536 bytes), or 4 MiB for an import of keys.',
    remedies: { caller: 'Send a shorter body. A list of networks can often be aggregated.' },
    retry: 'no',
  },
  body_malformed: {
    status: 400,
    title: 'Body malformed',
    meaning: 'The body of the request cannot be read as JSON in UTF-8.',
    remedies: { caller: 'Send well-formed JSON, preferably written by a library.' },
    retry: 'no',
  },
  validation_failed: {
    status: 422,
    title: 'Validation failed',
    meaning:
      'The request breaks rules. The member `errors` of the answer lists each fault with a pointer to its place. Nothing was changed.',
    remedies: { caller: 'Correct what `errors` lists. Some faults come with a suggestion.' },
    retry: 'no',
  },
  password_incorrect: {
    status: 403,
    title: 'Password incorrect',
    meaning:
      'Creating a key, rotating it and seeing a token again need the password of the user who is logged in, and this is not it. Nothing was changed.',
    remedies: {
      owner: 'Type your password again.',
      operator: 'Set a new password for a user who lost it.',
    },
    retry: 'no',
  },
  throttled: {
    status: 429,
    title: 'Too many attempts',
    meaning:
      'There were too many attempts with a password, or too many changes, in a short time. The Portal API answers so to an address that sent many unknown keys. Nothing was tried or changed by this one.',
    remedies: { caller: 'Wait as long as `Retry-After` says before the next attempt.' },
    retry: 'wait',
  },
  key_limit_reached: {
    status: 409,
    title: 'Key limit reached',
    meaning:
      'The account has as many API keys as it may have, or more where its limit was lowered.',
    remedies: {
      owner: 'Delete a key that is not used any more, or ask CommPeak for a higher limit.',
      operator: 'Set another `key_limit` for the account, from 1 to 1 000.',
    },
    retry: 'no',
  },
  idempotency_mismatch: {
    status: 422,
    title: 'Idempotency key used before',
    meaning:
      'The same `Idempotency-Key` came with another body within the last 24 hours. Nothing was done.',
    remedies: {
      caller:
        'Use a new `Idempotency-Key` for each new request, and the same one only to repeat a request unchanged.',
    },
    retry: 'no',
  },
  rotation_in_progress: {
    status: 409,
    title: 'Rotation in progress',
    meaning:
      'The key has two tokens already, because a rotation is under way. A key has two at most.',
    remedies: {
      owner: 'End the old token, or take the rotation back, and rotate again.',
    },
    retry: 'no',
  },
  email_taken: {
    status: 409,
    title: 'E-mail address taken',
    meaning:
      'There is a user with this e-mail address already, in this or another account. An e-mail address logs in one user.',
    remedies: { operator: 'Use another address, or edit the user who has this one.' },
    retry: 'no',
  },
  external_id_taken: {
    status: 409,
    title: 'External id taken',
    meaning: 'Another account has this `external_id`, and it names one account.',
    remedies: { operator: 'Use another `external_id`, or edit the account that has this one.' },
    retry: 'no',
  },
  last_owner: {
    status: 409,
    title: 'Last owner',
    meaning:
      'The user is the only active owner of the account. An account always has one. Nothing was changed.',
    remedies: { operator: 'Make another user of the account an owner, then repeat the request.' },
    retry: 'no',
  },
  token_not_stored: {
    status: 409,
    title: 'Token not stored',
    meaning:
      'The gateway cannot show the token, because it does not have it. After a restore from a backup, a token that was made since then is not in the database.',
    remedies: { owner: 'Rotate the key, and use its new token.' },
    retry: 'no',
  },
  rotation_required: {
    status: 409,
    title: 'Rotation required',
    meaning:
      'A token of the API key was reported as leaked, so the key is paused. It cannot be resumed with a token that others know. Nothing was changed.',
    remedies: { owner: 'Rotate the key, and use its new token.' },
    retry: 'no',
  },
  version_conflict: {
    status: 412,
    title: 'Version conflict',
    meaning:
      'The key was changed since the version that `If-Match` names. Nothing was changed by this request.',
    remedies: {
      caller:
        'Read the key again, decide anew, and send the change with the new `ETag` in `If-Match`.',
    },
    retry: 'no',
  },
  enforcement_pending: {
    status: 503,
    title: 'Change recorded, not yet enforced',
    meaning:
      'The change is recorded and goes through by itself. Until then requests may still be judged by the state before it.',
    remedies: {
      caller: 'Repeat the same request to see when the change holds.',
      operator: 'Look at the log for the store that does not answer.',
    },
    retry: 'wait',
  },
  storage_unavailable: {
    status: 503,
    title: 'Storage unavailable',
    meaning:
      'The database, or another store of the gateway, did not answer in time. Portal API requests with keys in use go on working.',
    remedies: {
      caller: 'Look whether the change was made before you repeat it.',
      operator: 'Look at the log and at `/admin/api/v1/health` for the store that does not answer.',
    },
    retry: 'check',
  },
  misconfigured: {
    status: 503,
    title: 'Gateway not configured',
    meaning:
      'The gateway lacks settings or secrets, or cannot read them. It answers nothing else until they are right.',
    remedies: { operator: 'Read the log of the gateway: it names each setting and what is wrong.' },
    retry: 'wait',
  },
  unhealthy: {
    status: 503,
    title: 'Not healthy',
    meaning:
      'The health check could not reach all stores of the gateway, or what goes on by itself has stalled. That is a cron that was silent for five minutes, or a change that has been pending for more than two. The answer says for each store whether it is `ok` or `down`. With `database: foreign`, the database belongs to another deployment.',
    remedies: {
      operator:
        'Look at the store that is `down`, and at the log for what the cron could not do. Give a deployment with a foreign database one of its own, or adopt it.',
    },
    retry: 'wait',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    meaning:
      'The gateway met a fault of its own. The log has it under the request id of the answer.',
    remedies: {
      caller: 'Look whether the request took effect. Tell the operator the request id.',
      operator: 'Look up the request id in the log.',
    },
    retry: 'check',
  },
} satisfies Record<string, ProblemEntry>
