// The sentences about what is done with a key.

import { seconds } from './counted.ts'
import { isolateDirection } from './display-text.ts'

export const changeMessages = {
  ready: {
    title: 'Your API key is ready',
    text: (name: string) => `${isolateDirection(name)} can use the Portal API now.`,
    copy: 'Copy token',
    hides: (left: number) => `Hides in ${seconds(left)}`,
    gone: 'The token is hidden again. Show or copy it from the list with your password.',
    privateTitle: 'Keep your access token private.',
    privateText:
      'Treat it like a password: anyone who has it can use the API on your behalf. The IP ACL limits which addresses may use it.',
    use: 'Use it',
    copyCode: 'Copy code',
    test: 'Test it',
    testHint: (url: string) => `Sends GET ${url} with this token through the gateway.`,
    send: 'Send a test request',
    testing: 'Sending…',
    passed: (status: number) => `The key was accepted. The Portal API answered ${status}.`,
    refused: (status: number, detail: string) => `${status}: ${detail}`,
    documentation: 'Read the API documentation',
    done: 'Done',
  },

  panel: {
    createTitle: 'Add API key',
    editTitle: 'Edit API key',
    name: 'Application name',
    nameHint: 'A name that helps you recognize the key later.',
    nameTaken: 'Another key has this name. A different one is easier to tell apart.',
    website: 'Application website',
    websiteHint: 'The URL of the application that will use the key.',
    platform: 'Platform',
    acl: 'IP ACL',
    aclMode: 'IP ACL mode',
    notes: 'Notes on networks',
    expiry: 'Expiry',
    expiryHint: 'Requests with an expired key are refused.',
    optional: 'optional',
    create: 'Create',
    save: 'Save changes',
    saving: 'Saving…',
    cancel: 'Cancel',
    discardTitle: 'Discard what you typed?',
    discardText: 'This API key has changes that are not saved.',
    discard: 'Discard',
    keep: 'Keep editing',
  },

  password: {
    title: 'Confirm your identity',
    purpose: {
      create: (name: string) => ({
        password: `Re-enter your account password to create the key of ${isolateDirection(name)}.`,
        identity_provider: `Confirm who you are to create the key of ${isolateDirection(name)}.`,
      }),
      reveal: (name: string) => ({
        password: `Re-enter your account password to show the access token of ${isolateDirection(name)}.`,
        identity_provider: `Confirm who you are to show the access token of ${isolateDirection(name)}.`,
      }),
      copy: (name: string) => ({
        password: `Re-enter your account password to copy the access token of ${isolateDirection(name)}.`,
        identity_provider: `Confirm who you are to copy the access token of ${isolateDirection(name)}.`,
      }),
    },
    label: 'Account password',
    create: 'Create key',
    reveal: 'Show token',
    copy: 'Copy token',
    busy: 'Checking…',
    required: 'Fill in your account password.',
    incorrect: 'This is not your account password. Nothing was changed; try again.',
    throttled: (wait: number) => `There were too many attempts. Try again in ${seconds(wait)}.`,
  },

  remove: {
    title: (name: string) => `Delete ${isolateDirection(name)}?`,
    text: (name: string) =>
      `This permanently removes the key of ${isolateDirection(name)}. Any application using it loses access immediately.`,
    open: 'Connections that are open already, such as a download or a WebSocket, run on until they end.',
    confirm: 'Delete key',
    busy: 'Deleting…',
    cancel: 'Cancel',
  },

  conflict: {
    title: 'This key was changed elsewhere',
    text: 'Somebody, perhaps you in another window, saved other changes in the meantime. Choose what to keep.',
    theirs: 'Saved now',
    mine: 'Yours',
    save: 'Save my choice',
    nothing: 'none',
    gone: 'This key was deleted elsewhere. What you typed is still here: create a new key with it, or close the panel.',
    createInstead: 'Create as a new key',
  },

  snippets: {
    title: (name: string) => `Code examples for ${isolateDirection(name)}`,
    text: 'A request to the Portal API, ready to run.',
    language: 'Language',
    placeholder: 'YOUR_ACCESS_TOKEN',
    withToken: 'Copy with the token',
    asShown: 'Copy as shown',
    note: 'The token is filled in while copying, after your password. Treat it like a password.',
  },

  done: {
    saved: (name: string) => `The changes to ${isolateDirection(name)} were saved.`,
    unchanged: 'Nothing was changed.',
    deleted: (name: string) => `The key of ${isolateDirection(name)} was deleted.`,
    revealed: 'The access token is shown. It hides by itself after 60 seconds.',
    hidden: 'The access token is hidden.',
    holds: 'In force everywhere, from the next request.',
    pendingSave: (name: string) =>
      `The changes to ${isolateDirection(name)} are recorded and being enforced. This page says when it is done.`,
    pendingDelete: (name: string) =>
      `The deletion of ${isolateDirection(name)} is recorded and being enforced. This page says when it is done.`,
    enforced: (name: string) => `The changes to ${isolateDirection(name)} are enforced now.`,
    back: 'You are logged in again.',
    loggedOut: 'You are logged out.',
  },
}
