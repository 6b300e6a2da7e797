// A key's record in Workers KV. Name: `key:<lookup id>`; value: see keys/key-record.ts; no expiry, so
// that "gone" outlives every copy. The data plane reads, the admin plane and the cron write.

import { encodeKeyRecord, type KeyRecord } from '../keys/key-record.ts'
import { readStored, type StoredRecord } from '../keys/stored-record.ts'
import { withTimeout } from '../time-limit.ts'

/** The least that KV takes (https://developers.cloudflare.com/kv/api/read-key-value-pairs/). */
const CACHE_TTL_SECONDS = 30
/** KV sets no limit of its own on a call that stalls. */
const READ_TIMEOUT_MS = 1_000
const PUT_TIMEOUT_MS = 2_000

const PREFIX = 'key:'
/** Each of them may have to be read, and a request may ask KV a thousand times. */
const NAMES_A_PAGE = 200

export class KvTimeoutError extends Error {
  override readonly name = 'KvTimeoutError'
}

/** The copy of a record: null where there is none that can be read. Rejects when KV fails or stalls. */
export async function readKeyRecord(
  kv: KVNamespace,
  lookupId: string,
): Promise<StoredRecord | null> {
  const copy = await inspectKeyRecord(kv, lookupId)
  return copy === 'unreadable' ? null : copy
}

/** As `readKeyRecord`, but tells what cannot be read from what is not there. */
export async function inspectKeyRecord(
  kv: KVNamespace,
  lookupId: string,
): Promise<StoredRecord | 'unreadable' | null> {
  const read = kv.get(kvName(lookupId), { type: 'text', cacheTtl: CACHE_TTL_SECONDS })
  const text = await withTimeout(read, READ_TIMEOUT_MS, timedOut)
  return text === null ? null : (readStored(text) ?? 'unreadable')
}

/** Writes a record. Rejects when KV fails or stalls; it may have been written all the same. */
export async function putKeyRecord(
  kv: KVNamespace,
  lookupId: string,
  record: KeyRecord,
): Promise<void> {
  const put = kv.put(kvName(lookupId), encodeKeyRecord(record))
  await withTimeout(put, PUT_TIMEOUT_MS, timedOut)
}

/** A page of the lookup ids that KV has a record of; `next` is null on the last. */
export async function listLookupIds(
  kv: KVNamespace,
  cursor: string | null,
): Promise<{ ids: string[]; next: string | null }> {
  const page = await kv.list({ prefix: PREFIX, cursor, limit: NAMES_A_PAGE })
  const ids = page.keys.map(({ name }) => name.slice(PREFIX.length))
  return { ids, next: page.list_complete ? null : page.cursor }
}

/** Rejects where KV cannot be asked. */
export async function pingKv(kv: KVNamespace): Promise<void> {
  await kv.get('health')
}

function kvName(lookupId: string): string {
  return PREFIX + lookupId
}

function timedOut(): KvTimeoutError {
  return new KvTimeoutError('KV did not answer in time')
}
