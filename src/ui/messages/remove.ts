// The sentences of a deletion.

import { isolateDirection } from './display-text.ts'

export const title = (name: string) => `Delete ${isolateDirection(name)}?`
export const text = (name: string) =>
  `This permanently removes the key of ${isolateDirection(name)}. Any application using it loses access immediately.`
export const open =
  'Connections that are open already, such as a download or a WebSocket, run on until they end.'
export const confirm = 'Delete key'
export const busy = 'Deleting…'
