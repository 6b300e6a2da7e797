// A record together with the identity of its stored text. Two cached records are the same only if their
// texts are equal. Equal revisions are not enough: a database restored from a backup may assign a revision
// again, and others can write to KV.

import { createHash } from 'node:crypto'
import { decodeKeyRecord, encodeKeyRecord, type KeyRecord } from './key-record.ts'

export type StoredRecord = KeyRecord & {
  /** See `tagOf`. Made from the text as read, so a member that this version does not know changes it too. */
  readonly tag: string
}

/**
 * The SHA-256 of a stored text, in base64url. The whole of it: a customer chooses what stands in an ACL, so of
 * a shorter one, somebody who can write to KV could find two records with the same.
 */
export function tagOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** Decodes a stored text; null if `decodeKeyRecord` cannot read it. */
export function readStored(text: string): StoredRecord | null {
  const record = decodeKeyRecord(text)
  return record === null ? null : { ...record, tag: tagOf(text) }
}

/** Adds the tag of the text that this version would store. */
export function toStored(record: KeyRecord): StoredRecord {
  return { ...record, tag: tagOf(encodeKeyRecord(record)) }
}
