// The sentences of a key that was just made.

import { seconds } from './counted.ts'
import { isolateDirection } from './display-text.ts'

export const title = 'Your API key is ready'
export const text = (name: string) => `${isolateDirection(name)} can use the Portal API now.`
export const copy = 'Copy token'
export const hides = (left: number) => `Hides in ${seconds(left)}`
export const gone = 'The token is hidden again. Show or copy it from the list with your password.'
export const privateTitle = 'Keep your access token private.'
export const privateText =
  'Treat it like a password: anyone who has it can use the API on your behalf. The IP ACL limits which addresses may use it.'
export const use = 'Use it'
export const copyCode = 'Copy code'
export const test = 'Test it'
export const testHint = (url: string) => `Sends GET ${url} with this token through the gateway.`
export const send = 'Send a test request'
export const testing = 'Sending…'
export const passed = (status: number) => `The key was accepted. The Portal API answered ${status}.`
export const refused = (status: number, detail: string) => `${status}: ${detail}`
export const documentation = 'Read the API documentation'
export const done = 'Done'
