// The sentences of a confirmation by the identity provider, which are loaded with its dialogs.

export const confirmMessages = {
  how: 'Your identity provider asks you to log in again, in a new window. Nothing that you typed here is lost.',
  open: 'Confirm in a new window',
  link: 'Open it in a tab instead',
  waiting: 'Continue in the new window. This page follows by itself.',
  blocked: 'Your browser blocked the new window. Use the link, and come back to this tab.',
  confirmed: 'You have confirmed who you are.',
  spent: 'The confirmation is not valid for this, or no longer valid. Confirm again.',
  done: 'You have confirmed who you are',
  doneText: 'You can close this window and continue in the other one.',
  loggedIn: 'You are logged in',
}
