// What a field lacks.

import { isolateDirection } from './display-text.ts'

export const required = 'Fill this in.'
export const nameLength = 'Use 1 to 100 characters.'
export const website =
  'Write an absolute URL that begins with http:// or https://, such as https://example.com.'
export const platform = 'Choose a platform.'
export const use = (value: string) => `Use ${isolateDirection(value)}`
