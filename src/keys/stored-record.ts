// A key's record with the identity of its stored text. Two copies are one where their texts are, never
// because their revisions are equal: revisions order the changes of one database, which may come back
// from a backup and count anew, and KV can be written by others.

import { createHash } from 'node:crypto'
import { decodeKeyRecord, encodeKeyRecord, type KeyRecord } from './key-record.ts'

export type StoredRecord = KeyRecord & {
  /** See `tagOf`. Of the text as it was read: a member that this version does not know counts too. */
  readonly tag: string
}

const TAG_CHARACTERS = 16

/** 96 bits of the SHA-256 of a stored text, as 16 base64url characters. */
export function tagOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, TAG_CHARACTERS)
}

/** Null for a text that cannot be read, as `decodeKeyRecord` has it. */
export function readStored(text: string): StoredRecord | null {
  const record = decodeKeyRecord(text)
  return record === null ? null : { ...record, tag: tagOf(text) }
}

/** A record as this version stores it. */
export function toStored(record: KeyRecord): StoredRecord {
  return { ...record, tag: tagOf(encodeKeyRecord(record)) }
}
