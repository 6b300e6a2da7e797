// What is said when something was done.

import { isolateDirection } from './display-text.ts'

export const saved = (name: string) => `The changes to ${isolateDirection(name)} were saved.`
export const unchanged = 'Nothing was changed.'
export const deleted = (name: string) => `The key of ${isolateDirection(name)} was deleted.`
export const revealed = 'The access token is shown. It hides by itself after 60 seconds.'
export const hidden = 'The access token is hidden.'
export const holds = 'In force everywhere, from the next request.'
export const pendingSave = (name: string) =>
  `The changes to ${isolateDirection(name)} are recorded and being enforced. This page says when it is done.`
export const pendingDelete = (name: string) =>
  `The deletion of ${isolateDirection(name)} is recorded and being enforced. This page says when it is done.`
export const enforced = (name: string) =>
  `The changes to ${isolateDirection(name)} are enforced now.`
export const back = 'You are logged in again.'
export const loggedOut = 'You are logged out.'
