// The sentences of a row of the list.

import { number } from './counted.ts'
import { isolateDirection } from './display-text.ts'

export const isNew = 'New'
export const anyAddress = 'Any address'
export const reportOnly = 'Report only'
export const more = (count: number) => `+${number(count)} more`
export const namesake = (name: string, end: string) => `${isolateDirection(name)} (…${end})`
export const reveal = (name: string) => `Show the access token of ${isolateDirection(name)}`
export const hide = (name: string) => `Hide the access token of ${isolateDirection(name)}`
export const copy = (name: string) => `Copy the access token of ${isolateDirection(name)}`
export const use = (name: string) => `Code examples for ${isolateDirection(name)}`
export const hideToken = 'Hide token'
export const menu = (name: string) => `Actions for ${isolateDirection(name)}`
export const edit = 'Edit'
export const editNamed = (name: string) => `Edit ${isolateDirection(name)}`
export const deleteNamed = (name: string) => `Delete ${isolateDirection(name)}`
export const hiddenToken = 'Hidden access token, ends with '
export const pending = 'Applying…'
export const deleting = 'Deleting…'
export const badges = {
  leaked: 'Leaked',
  expired: 'Expired',
  paused: 'Paused',
  rotating: 'Rotating',
  expiring: (days: string) => `Expires ${days}`,
}
export const examples = 'Code examples'
export const deleteKey = 'Delete'
