// Reads key records for the data plane. A cached record comes from this isolate or from KV, and may be out of
// date. The newest record comes from the key's authority, or from libSQL if the authority holds nothing.

import type { RequestId } from '../http/request-id.ts'
import { type CompiledKey, compileKey } from '../keys/access.ts'
import type { KeyRecord } from '../keys/key-record.ts'
import { type StoredRecord, toStored } from '../keys/stored-record.ts'
import type { FaultKind, LogFault } from '../log/fault.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { IsolateCache } from '../stores/isolate-cache.ts'
import type { Held, KeyAuthorities, CheckResult } from '../stores/key-authority.ts'
import type { AskAbout } from './shared-question.ts'

export interface KeyRecordsDeps {
  readonly cache: IsolateCache
  /** The record in KV, or null on a miss. Rejects if KV fails, which is not a miss. */
  readonly readKvRecord: (lookupId: string) => Promise<StoredRecord | null>
  /** The record in libSQL, or null if there is no such row. Rejects if libSQL fails. */
  readonly findDatabaseRecord: (lookupId: string) => Promise<KeyRecord | null>
  /** Null in mode `bounded`, which trusts a cached record without asking. */
  readonly authorities: StrictAuthorities | null
  readonly onFault: LogFault
  readonly nowMs: () => number
}

interface StrictAuthorities extends Pick<KeyAuthorities, 'check' | 'seed'> {
  /** What the authority says about a cached record. Concurrent requests share one call. */
  readonly checkCached: AskAbout<CheckResult>
}

export type Unavailable = { readonly reason: 'authentication_unavailable' }

/**
 * How long a token that this gateway issued is refused without asking again if libSQL has no row for it.
 * Its key was deleted, but a database restored from a backup may get the row back.
 */
const NO_ROW_MS = 1_000

/**
 * The record in KV, of any age, put into the isolate's cache. Null if KV has none or fails: a failure is
 * logged.
 */
export async function readCachedRecord(
  lookupId: string,
  requestId: RequestId,
  deps: KeyRecordsDeps,
): Promise<CompiledKey | null> {
  try {
    const stored = await deps.readKvRecord(lookupId)
    // Concurrent requests must use the same object, because calls about a record are shared by object.
    const cached = deps.cache.get(lookupId)
    if (cached !== undefined || stored === null) return cached ?? null
    const compiled = compileKey(stored, deps.authorities === null ? Infinity : 0)
    deps.cache.set(lookupId, compiled)
    return compiled
  } catch (error) {
    deps.onFault('kv_read', error, requestId)
    return null
  }
}

/** Whether a decision from this cached record stands without asking the authority. */
export function isFinal(cached: CompiledKey, { authorities, nowMs }: KeyRecordsDeps): boolean {
  if (authorities === null) return true
  return cached.kind === 'tombstone' && nowMs() < cached.certainUntilMs
}

/**
 * The record that decides a request now. It is the cached record if the authority calls it current, and
 * otherwise the record that the authority holds. If the authority holds nothing, libSQL decides, and its
 * record is sent to the authority so that the next request does not need libSQL.
 */
export async function newestRecord(
  lookupId: string,
  cached: CompiledKey | null,
  requestId: RequestId,
  deps: KeyRecordsDeps,
): Promise<Result<CompiledKey, Unavailable>> {
  const { authorities } = deps
  let asked: FaultKind = 'authority'
  let word: string | undefined
  const keep = (compiled: CompiledKey) => {
    deps.cache.set(lookupId, compiled, cached ?? undefined)
    return ok(compiled)
  }
  try {
    if (authorities !== null) {
      const standing = await (cached === null
        ? authorities.check(lookupId, null)
        : authorities.checkCached({ lookupId, copy: cached, requestId }))
      if (standing === 'current' && cached !== null) return ok(cached)
      if (standing !== 'current' && standing.kind !== 'unknown') {
        return keep(compileKey(standing, Infinity))
      }
      if (standing !== 'current') word = standing.word
    }
    asked = 'libsql'
    const row = await deps.findDatabaseRecord(lookupId)
    if (row === null) return keep(tombstoneForNoRow(deps))
    asked = 'authority'
    const held: Held = (await authorities?.seed(lookupId, row, word)) ?? toStored(row)
    return keep(compileKey(held.kind === 'unreadable' ? toStored(row) : held, Infinity))
  } catch (error) {
    deps.onFault(asked, error, requestId)
    return err({ reason: 'authentication_unavailable' })
  }
}

/** A tombstone for a key without a row. While it is cached, such requests never reach the upstream. */
function tombstoneForNoRow({ nowMs }: KeyRecordsDeps): CompiledKey {
  const certainUntilMs = nowMs() + NO_ROW_MS
  return { kind: 'tombstone', revision: 0, keyId: '', tag: '', certainUntilMs }
}
