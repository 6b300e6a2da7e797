// The sentences of what a key was used for, as the list has them.

import { number } from './counted.ts'
import { isolateDirection } from './display-text.ts'

export const useMessages = {
  use: {
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
  },
}
