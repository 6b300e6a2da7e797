// The sentences of a key's life: its end, its pause, and a leak of its token.

import { isolateDirection } from './display-text.ts'

export const lifeMessages = {
  life: {
    title: 'Pause and expiry',
    on: 'The key is active.',
    paused: 'The key is paused: its requests are refused.',
    pause: 'Pause',
    resume: 'Resume',
    expires: (time: string) => `It expires on ${time}.`,
    expired: (time: string) => `It expired on ${time}: its requests are refused.`,
    never: 'It never expires.',
    setExpiry: 'Let it expire',
    presets: {
      never: 'Never',
      '30': 'In 30 days',
      '90': 'In 90 days',
      '365': 'In a year',
      date: 'On a date…',
    },
    choose: 'Change the expiry…',
    keptOn: (time: string) => `On ${time}`,
    date: 'The last day of the key',
    save: 'Set',
    cancel: 'Cancel',
    dateInvalid: 'Choose a day from today on, at most ten years ahead.',
    donePause: 'The key is paused.',
    doneResume: 'The key is active again.',
    doneExpiry: 'The expiry was changed.',
    pending: 'The change is recorded. It goes through by itself.',
    conflict: 'This key was changed elsewhere in the meantime. Check it, and try again.',
    badges: {
      leaked: 'Leaked',
      expired: 'Expired',
      paused: 'Paused',
      rotating: 'Rotating',
      expiring: (days: string) => `Expires ${days}`,
    },
  },

  leak: {
    title: 'The token of this key was found in public.',
    text: (time: string) =>
      `It was reported on ${time}, and the key has been paused since. Rotate the key and give the new token to your servers. Then look for addresses that you do not know.`,
    rotate: 'Rotate the key',
  },

  find: {
    found: {
      current: (name: string) => `This is the token of ${isolateDirection(name)}.`,
      old: (name: string) => `This is the old token of ${isolateDirection(name)}.`,
      ended: (name: string) => `This was a token of ${isolateDirection(name)}. It has ended.`,
    },
    none: 'No key of this account has this token.',
    hint: 'Search, or paste a token',
  },
}
