// The sentences of a rotation.

import { counted, requests, seconds } from './counted.ts'
import { isolateDirection } from './display-text.ts'
import { purposeOf } from './password.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function duration(of: number): string {
  if (of < MINUTE) return seconds(of)
  if (of < HOUR) return counted(Math.round(of / MINUTE), 'minute')
  if (of < DAY) return counted(Math.round(of / HOUR), 'hour')
  return counted(Math.round(of / DAY), 'day')
}

export const title = 'Rotation'
export const text =
  'Give this key a new token without an outage. The old token keeps working until your programs have the new one.'
export const leaked =
  'The token of this key was reported as leaked. A new token lets your programs in again.'
export const start = 'Rotate token…'
export const panelTitle = 'Rotate the access token'
export const panelText = (name: string) =>
  `${isolateDirection(name)} gets a new access token, which is shown to you next.`
export const panelLeaked =
  'The old token was reported as leaked, so it ends at once, whatever the overlap was.'
export const overlap = 'How long should the old token keep working?'
export const overlaps = {
  0: 'Not at all',
  [HOUR]: '1 hour',
  [DAY]: '1 day',
  [7 * DAY]: '7 days',
  [30 * DAY]: '30 days',
}
export const endsAtOnce = 'Programs that have the old token lose access immediately.'
export const next = 'Continue'
export const purpose = (name: string) => purposeOf(`rotate the token of ${isolateDirection(name)}`)
export const confirm = 'Rotate token'
export const both = (until: string) => `Both tokens work until ${until}.`
export const madeOverlap = (until: string) =>
  `The old token works until ${until}. Put the new one into your programs before then.`
export const madeAlone = 'The old token has ended. Put the new one into your programs now.'
export const until = (end: string) => `works until ${end}`
export const old = 'Old token'
export const fresh = 'New token'
export const used = (ago: number, address: string | null) =>
  `Used ${duration(ago)} ago${address === null ? '' : ` from ${isolateDirection(address)}`}`
export const lastHour = (count: number) => `${requests(count)} in the last hour`
export const unusedOld = 'Not used since counting began. You can end it.'
export const unusedNew = 'Not used yet.'
export const quiet = 'No request with the old token for an hour. You can end it.'
export const addresses = 'Addresses that used the old token within 24 hours'
export const unknown = 'Who uses the old token cannot be read at the moment.'
export const finish = 'End the old token'
export const takeBack = 'Undo rotation'
export const finishTitle = 'End the old token now?'
export const finishText =
  'Programs that still have the old token lose access immediately, for good.'
export const takeBackTitle = 'Undo the rotation?'
export const takeBackText =
  'The new token ends, and programs that have it already lose access. The old token is the only one again.'
export const cancel = 'Not now'
export const move = 'The old token ends'
export const moveBy = { [HOUR]: 'in 1 hour', [DAY]: 'in 1 day', [7 * DAY]: 'in 7 days' }
export const moveNow = 'Change the end…'
export const moveTitle = 'Change when the old token ends?'
export const moveConfirm = 'Change the end'
export const busy = 'Working…'
export const finished = 'The old token has ended.'
export const takenBack = 'The rotation was undone. The new token has ended.'
export const moved = (end: string) => `The old token works until ${end}.`
export const pending = 'The change is recorded and being enforced. This page says when it is done.'
