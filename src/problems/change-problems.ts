// The errors of changes that the state of a key, a user or an account does not allow.

import type { ProblemEntry } from './entry.ts'

export const CHANGE_PROBLEMS = {
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
} satisfies Record<string, ProblemEntry>
