// The sentences of a confirmation by the identity provider, which are loaded with its dialogs.

export const how =
  'Your identity provider asks you to log in again, in a new window. Nothing that you typed here is lost.'
export const open = 'Confirm in a new window'
export const link = 'Open it in a tab instead'
export const waiting = 'Continue in the new window. This page follows by itself.'
export const blocked =
  'Your browser blocked the new window. Use the link, and come back to this tab.'
export const confirmed = 'You have confirmed who you are.'
export const spent = 'The confirmation is not valid for this, or no longer valid. Confirm again.'
export const done = 'You have confirmed who you are'
export const doneText = 'You can close this window and continue in the other one.'
export const loggedIn = 'You are logged in'
