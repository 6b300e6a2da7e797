// The errors of second factors.

import type { ProblemEntry } from './entry.ts'

export const SECOND_FACTOR_PROBLEMS = {
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
} satisfies Record<string, ProblemEntry>
