// What is said about files of IP ACLs.

import { shorten } from '../acl/acl.ts'
import { isolateDirection } from './display-text.ts'

const named = (file: string) => `“${isolateDirection(shorten(file))}”`

export const load = 'Import from a file'
export const save = 'Save as a file'
export const onlyOne = 'Drop one file at a time.'
export const tooLarge = (file: string) =>
  `${named(file)} is larger than 1 MB, which is no list of networks. Nothing was added.`
export const unreadable = (file: string) => `${named(file)} cannot be read. Is it still there?`
export const empty = (file: string) => `${named(file)} is empty.`
export const utf16 = (file: string) =>
  `${named(file)} is text in UTF-16. Save it as UTF-8, and import it again. Nothing was added.`
export const noText = (file: string) =>
  `${named(file)} is no plain text in UTF-8. Save the list as text or CSV in UTF-8, or paste it. Nothing was added.`
