// The errors of whoever is not logged in, or could not.

import type { ProblemEntry } from './entry.ts'

export const LOG_IN_PROBLEMS = {
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
      'Creating a key, rotating it and seeing a token again need a confirmation by the identity provider that is not older than five minutes. Each is good for one call of one session; one that was asked for with `for` is good for that call alone. Nothing was changed.',
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
} satisfies Record<string, ProblemEntry>
