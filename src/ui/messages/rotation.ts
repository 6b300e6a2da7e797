// The sentences of a rotation.

import { number, seconds } from './counted.ts'
import { isolateDirection } from './display-text.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const spoken = (count: number, unit: string) => `${number(count)} ${unit}${count === 1 ? '' : 's'}`

function duration(of: number): string {
  if (of < MINUTE) return seconds(of)
  if (of < HOUR) return spoken(Math.round(of / MINUTE), 'minute')
  if (of < DAY) return spoken(Math.round(of / HOUR), 'hour')
  return spoken(Math.round(of / DAY), 'day')
}

export const rotationMessages = {
  rotation: {
    title: 'Rotation',
    text: 'Give this key a new token without an outage. The old token keeps working until your programs have the new one.',
    leaked:
      'The token of this key was reported as leaked. A new token lets your programs in again.',
    start: 'Rotate token…',
    panelTitle: 'Rotate the access token',
    panelText: (name: string) =>
      `${isolateDirection(name)} gets a new access token, which is shown to you next.`,
    panelLeaked:
      'The old token was reported as leaked, so it ends at once, whatever the overlap was.',
    overlap: 'How long should the old token keep working?',
    overlaps: {
      0: 'Not at all',
      [HOUR]: '1 hour',
      [DAY]: '1 day',
      [7 * DAY]: '7 days',
      [30 * DAY]: '30 days',
    },
    endsAtOnce: 'Programs that have the old token lose access immediately.',
    next: 'Continue',
    purpose: (name: string) => ({
      password: `Re-enter your account password to rotate the token of ${isolateDirection(name)}.`,
      identity_provider: `Confirm who you are to rotate the token of ${isolateDirection(name)}.`,
    }),
    confirm: 'Rotate token',
    both: (until: string) => `Both tokens work until ${until}.`,
    madeOverlap: (until: string) =>
      `The old token works until ${until}. Put the new one into your programs before then.`,
    madeAlone: 'The old token has ended. Put the new one into your programs now.',
    until: (end: string) => `works until ${end}`,
    old: 'Old token',
    fresh: 'New token',
    used: (ago: number, address: string | null) =>
      `Used ${duration(ago)} ago${address === null ? '' : ` from ${isolateDirection(address)}`}`,
    lastHour: (count: number) =>
      `${number(count)} ${count === 1 ? 'request' : 'requests'} in the last hour`,
    unusedOld: 'Not used since counting began. You can end it.',
    unusedNew: 'Not used yet.',
    quiet: 'No request with the old token for an hour. You can end it.',
    addresses: 'Addresses that used the old token within 24 hours',
    unknown: 'Who uses the old token cannot be read at the moment.',
    finish: 'End the old token',
    takeBack: 'Undo rotation',
    finishTitle: 'End the old token now?',
    finishText: 'Programs that still have the old token lose access immediately, for good.',
    takeBackTitle: 'Undo the rotation?',
    takeBackText:
      'The new token ends, and programs that have it already lose access. The old token is the only one again.',
    cancel: 'Not now',
    move: 'The old token ends',
    moveBy: { [HOUR]: 'in 1 hour', [DAY]: 'in 1 day', [7 * DAY]: 'in 7 days' },
    moveNow: 'Change the end…',
    moveTitle: 'Change when the old token ends?',
    moveConfirm: 'Change the end',
    busy: 'Working…',
    finished: 'The old token has ended.',
    takenBack: 'The rotation was undone. The new token has ended.',
    moved: (until: string) => `The old token works until ${until}.`,
    pending: 'The change is recorded and being enforced. This page says when it is done.',
  },
}
