// The sentences of the code examples.

import { isolateDirection } from './display-text.ts'

export const title = (name: string) => `Code examples for ${isolateDirection(name)}`
export const text = 'A request to the Portal API, ready to run.'
export const language = 'Language'
export const withToken = 'Copy with the token'
export const asShown = 'Copy as shown'
export const note =
  'The token is filled in while copying, after your password. Treat it like a password.'
