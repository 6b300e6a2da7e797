// The sentences of a confirmation by the account password.

import { seconds } from './counted.ts'
import { isolateDirection } from './display-text.ts'

export const title = 'Confirm your identity'

/** Why somebody is asked who they are: by a password, or by their identity provider. */
export const purposeOf = (what: string) => ({
  password: `Re-enter your account password to ${what}.`,
  identity_provider: `Confirm who you are to ${what}.`,
})

export const purpose = {
  create: (name: string) => purposeOf(`create the key of ${isolateDirection(name)}`),
  reveal: (name: string) => purposeOf(`show the access token of ${isolateDirection(name)}`),
  copy: (name: string) => purposeOf(`copy the access token of ${isolateDirection(name)}`),
}
export const label = 'Account password'
export const submit = { create: 'Create key', reveal: 'Show token', copy: 'Copy token' }
export const busy = 'Checking…'
export const required = 'Fill in your account password.'
export const incorrect = 'This is not your account password. Nothing was changed; try again.'
export const throttled = (wait: number) =>
  `There were too many attempts. Try again in ${seconds(wait)}.`
