// The sentences of the log-in.

import { seconds } from './counted.ts'

export const title = 'Log in to My CommPeak'
export const email = 'E-mail address'
export const password = 'Password'
export const see = 'Show what you type'
export const help = 'Having trouble logging in?'
export const submit = 'Log in'
export const busy = 'Logging in…'
export const out = 'Log out'
export const required = 'Fill in your e-mail address and your password.'
export const failed = 'The e-mail address or the password is wrong. Check both and try again.'
export const throttled = (wait: number) =>
  `There were too many log-ins from your address, or too many wrong passwords. Try again in ${seconds(wait)}.`
export const noCookie =
  'Your browser did not keep the cookie that the log-in needs. Allow cookies for this page, open it with https:// and log in again.'
export const atProvider = 'You log in with your account there, and come back to this page.'
export const againAtProvider =
  'Log in again in a new window to continue where you left off. Nothing that you typed is lost.'
export const openWindow = 'Open a log-in window'
export const againTitle = 'Your session has ended'
export const againText =
  'Log in again to continue where you left off. Nothing that you typed is lost.'
export const cancel = 'Not now'
