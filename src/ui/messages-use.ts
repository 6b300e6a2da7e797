// The sentences of what a key was used for.

import { number } from './counted.ts'
import { isolateDirection } from './display-text.ts'

const requests = (count: number) => (count === 1 ? '1 request' : `${number(count)} requests`)

export const useMessages = {
  use: {
    title: 'Use',
    lastUnknown: 'Last use unknown',
    neverUsed: 'Never used',
    used: 'Used',
    justNow: 'just now',
    exact: (time: string, address: string | null) =>
      `${time}${address === null ? '' : `, from ${isolateDirection(address)}`}`,
    notForLong: 'Not for 90 days',
    perDay: (allowed: number) => `${number(allowed)} in 24 h`,
    refusedBadge: (count: number) => `${number(count)} refused`,
    refusedHint: (count: number) =>
      `${count === 1 ? '1 request was' : `${number(count)} requests were`} refused in the last 24 hours`,
    never: 'This key was never used.',
    last: (time: string, address: string | null) =>
      `Last used on ${time}${address === null ? '' : ` from ${isolateDirection(address)}`}.`,
    sums: (allowed: number, refused: number) =>
      `In the last 24 hours: ${requests(allowed)} let in, ${number(refused)} refused.`,
    addresses: 'Addresses of the last 24 hours',
    address: (allowed: number, refused: number, last: string) =>
      `${number(allowed)} let in, ${number(refused)} refused, last at ${last}`,
    more: (count: number) => `and ${number(count)} more`,
    unknown: 'What this key was used for cannot be told at the moment.',
    since: (count: number) =>
      count === 1
        ? 'This address has sent its token since then:'
        : `These ${number(count)} addresses have sent its token since then:`,
    noneSince: 'Nobody has sent its token since then.',
  },
}
