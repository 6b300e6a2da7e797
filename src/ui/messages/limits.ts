// The sentences of rate limits.

import { number } from './counted.ts'

export const limitMessages = {
  limit: {
    title: 'Rate limit',
    hint: 'Requests over the limit are refused until the period ends. Other keys are not affected.',
    none: 'No limit',
    requests: 'Requests',
    windows: {
      1: 'in a second',
      10: 'in 10 seconds',
      60: 'in a minute',
      3600: 'in an hour',
      86400: 'in a day',
    },
    text: (requests: number, window: string) =>
      requests === 1 ? `1 request ${window}` : `${number(requests)} requests ${window}`,
    ofAccount: 'for each key of the account',
    left: (left: number, until: string) => `${number(left)} left until ${until}`,
    unused: 'none used',
    met: 'Requests over it are refused (429) until the period ends.',
    invalid: 'Enter a whole number from 1 to 1,000,000.',
  },
}
