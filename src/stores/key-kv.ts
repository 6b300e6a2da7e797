// Key records in Workers KV. The name is `key:<lookup id>`, and the value is described in keys/key-record.ts. There
// is no expiry, so a tombstone outlives every cached record. The data plane reads, and the admin plane and the
// cron write.

import { encodeKeyRecord, type KeyRecord } from '../keys/key-record.ts'
import { readStored, type StoredRecord } from '../keys/stored-record.ts'
import { withTimeout } from '../shared/time-limit.ts'

/** The minimum of KV (https://developers.cloudflare.com/kv/api/read-key-value-pairs/). */
const CACHE_TTL_SECONDS = 30
/** KV has no time limit of its own for a call that stalls. */
const READ_TIMEOUT_MS = 1_000
const PUT_TIMEOUT_MS = 2_000

const PREFIX = 'key:'
/** Each name may need a read, and a request may call KV at most 1,000 times. */
const NAMES_A_PAGE = 200

export class KvTimeoutError extends Error {
  override readonly name = 'KvTimeoutError'
  readonly reason = 'timeout'
}

/** Reads a record. Null if there is none or it cannot be read. Rejects if KV fails or stalls. */
export async function readKeyRecord(
  kv: KVNamespace,
  lookupId: string,
): Promise<StoredRecord | null> {
  const record = await inspectKeyRecord(kv, lookupId)
  return record === 'unreadable' ? null : record
}

/** Like `readKeyRecord`, but tells an unreadable record from a missing one. */
export async function inspectKeyRecord(
  kv: KVNamespace,
  lookupId: string,
): Promise<StoredRecord | 'unreadable' | null> {
  const read = kv.get(kvName(lookupId), { type: 'text', cacheTtl: CACHE_TTL_SECONDS })
  const text = await withTimeout(read, READ_TIMEOUT_MS, timeoutError)
  return text === null ? null : (readStored(text) ?? 'unreadable')
}

/** Writes a record. Rejects if KV fails or stalls, although the record may have been written. */
export async function putKeyRecord(
  kv: KVNamespace,
  lookupId: string,
  record: KeyRecord,
): Promise<void> {
  const put = kv.put(kvName(lookupId), encodeKeyRecord(record))
  await withTimeout(put, PUT_TIMEOUT_MS, timeoutError)
}

/** A page of the lookup ids that have a record in KV. `next` is null on the last page. */
export async function listLookupIds(
  kv: KVNamespace,
  cursor: string | null,
): Promise<{ ids: string[]; next: string | null }> {
  const page = await kv.list({ prefix: PREFIX, cursor, limit: NAMES_A_PAGE })
  const ids = page.keys.map(({ name }) => name.slice(PREFIX.length))
  return { ids, next: page.list_complete ? null : page.cursor }
}

/** Rejects if KV cannot be reached. */
export async function pingKv(kv: KVNamespace): Promise<void> {
  await kv.get('health')
}

function kvName(lookupId: string): string {
  return PREFIX + lookupId
}

function timeoutError(): KvTimeoutError {
  return new KvTimeoutError('KV did not answer in time')
}
