// The sentences of what a key was used for, as the list has them.

import { number, requests } from './counted.ts'
import { isolateDirection } from './display-text.ts'

export const lastUnknown = 'Last use unknown'
export const neverUsed = 'Never used'
export const used = 'Used'
export const justNow = 'just now'
export const exact = (time: string, address: string | null) =>
  `${time}${address === null ? '' : `, from ${isolateDirection(address)}`}`
export const notForLong = 'Not for 90 days'
export const perDay = (allowed: number) => `${number(allowed)} in 24 h`
export const refusedBadge = (count: number) => `${number(count)} refused`
export const refusedHint = (count: number) =>
  `${requests(count)} ${count === 1 ? 'was' : 'were'} refused in the last 24 hours`
