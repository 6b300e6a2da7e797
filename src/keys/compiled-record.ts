// A record made ready to judge requests with: its IP ACL compiled once, its text left behind.

import { compileIpAcl, type IpAcl } from './ip-acl.ts'
import type { GoneKeyRecord, KeyRecord, LiveKeyRecord } from './key-record.ts'

export interface CompiledLiveRecord extends Omit<LiveKeyRecord, 'ipAcl'> {
  /** Null where the key works from any address. */
  readonly admits: IpAcl | null
  /** About what it takes of an isolate's memory. */
  readonly bytes: number
}

export interface CompiledGoneRecord extends GoneKeyRecord {
  readonly bytes: number
}

export type CompiledRecord = CompiledLiveRecord | CompiledGoneRecord

/** The objects and texts of a record, and a range of its ACL, in bytes: rounded up from heap snapshots. */
const RECORD_BYTES = 512
const RANGE_BYTES = 256

/** Throws where an entry of the ACL does not parse: it was not written by us. */
export function compileRecord(record: KeyRecord): CompiledRecord {
  if (record.kind === 'gone') return { ...record, bytes: RECORD_BYTES }
  const { ipAcl, ...rest } = record
  const admits = ipAcl.length === 0 ? null : compileIpAcl(ipAcl)
  return { ...rest, admits, bytes: RECORD_BYTES + ipAcl.length * RANGE_BYTES }
}
