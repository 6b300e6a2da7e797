// The sentences of rate limits.

import { number, requests } from './counted.ts'

export const title = 'Rate limit'
export const hint =
  'Requests over the limit are refused until the period ends. Other keys are not affected.'
export const none = 'No limit'
export const requestsLabel = 'Requests'
export const windows = {
  1: 'in a second',
  10: 'in 10 seconds',
  60: 'in a minute',
  3600: 'in an hour',
  86400: 'in a day',
}
export const text = (count: number, window: string) => `${requests(count)} ${window}`
export const ofAccount = 'for each key of the account'
export const left = (count: number, until: string) => `${number(count)} left until ${until}`
export const unused = 'none used'
export const met = 'Requests over it are refused (429) until the period ends.'
export const invalid = 'Enter a whole number from 1 to 1,000,000.'
