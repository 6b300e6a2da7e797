// What is said of a token that was pasted into the search.

import { isolateDirection } from './display-text.ts'

export const found = {
  current: (name: string) => `This is the token of ${isolateDirection(name)}.`,
  old: (name: string) => `This is the old token of ${isolateDirection(name)}.`,
  ended: (name: string) => `This was a token of ${isolateDirection(name)}. It has ended.`,
}
export const none = 'No key of this account has this token.'
export const hint = 'Search, or paste a token'
