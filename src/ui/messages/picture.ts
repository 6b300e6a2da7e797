// The sentences of what a key was used for, in its own view.

import { number, requests } from './counted.ts'
import { isolateDirection } from './display-text.ts'

/** Why requests were refused, by the code of the answer. A code of a later version is shown as it is. */
const REASONS: Readonly<Record<string, string>> = {
  ip_denied: 'not on the IP ACL',
  rate_limited: 'over the rate limit',
  key_disabled: 'key paused',
  key_expired: 'key expired',
  key_replaced: 'token replaced',
  key_revoked: 'key deleted',
  account_inactive: 'account not active',
}

const reasonOf = (code: string) => REASONS[code] ?? code
const capitalized = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)

export const title = 'Usage'
export const unknown = 'The usage of this key cannot be read at the moment.'
export const range = 'Time range'
export const ranges = { hour: '7 days', day: '13 months' }
export const most = {
  hour: (count: number) => `Up to ${requests(count)} an hour`,
  day: (count: number) => `Up to ${requests(count)} a day`,
}
export const picture = {
  hour: (allowed: number, refused: number) =>
    `Requests by hour, for 7 days: ${number(allowed)} allowed, ${number(refused)} refused.`,
  day: (allowed: number, refused: number) =>
    `Requests by day, for 400 days: ${number(allowed)} allowed, ${number(refused)} refused.`,
}
export const slot = { hour: 'Hour', day: 'Day (UTC)' }
export const allowedLabel = 'Allowed'
export const refusedLabel = 'Refused'
export const allowedCount = (count: number) => `${number(count)} allowed`
export const refusedSum = (count: number) => `${number(count)} refused`
export const refusedCount = (code: string, count: number) =>
  `${number(count)} refused (${reasonOf(code)})`
export const reason = (code: string) => capitalized(reasonOf(code))
export const legend = (label: string, count: number) => `${label}: ${number(count)}`
export const asTable = 'Show as a table'
export const addToAcl = 'Add to the IP ACL'
export const restrict = 'Allow only these addresses…'
export const never = 'This key was never used.'
export const last = (time: string, address: string | null) =>
  `Last used on ${time}${address === null ? '' : ` from ${isolateDirection(address)}`}.`
export const sums = (allowed: number, refused: number) =>
  `In the last 24 hours: ${requests(allowed)} allowed, ${number(refused)} refused.`
export const addresses = 'Addresses in the last 24 hours'
export const lastAt = (time: string) => `last at ${time}`
export const outside = 'not on the IP ACL'
