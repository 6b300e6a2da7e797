// The errors of requests that are refused before anything is done.

import type { ProblemEntry } from './entry.ts'

export const REQUEST_PROBLEMS = {
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
} satisfies Record<string, ProblemEntry>
