// Where the data plane gets a key's record from: a copy in this isolate or in KV, and what must be
// honoured now, which the key's authority knows, or libSQL where the authority holds nothing.

import { type CompiledKey, compileKey } from '../keys/access.ts'
import type { KeyRecord } from '../keys/key-record.ts'
import { type StoredRecord, toStored } from '../keys/stored-record.ts'
import type { FaultKind, LogFault } from '../log.ts'
import type { RequestId } from '../request-id.ts'
import { err, ok, type Result } from '../result.ts'
import type { IsolateCache } from '../stores/isolate-cache.ts'
import type { Held, KeyAuthorities, Standing } from '../stores/key-authority.ts'
import type { AskAbout } from './shared-question.ts'

export interface KeyCopiesDeps {
  readonly cache: IsolateCache
  /** The copy in KV: null on a miss; rejects when KV fails, which is not a miss. */
  readonly readCopy: (lookupId: string) => Promise<StoredRecord | null>
  /** The truth in libSQL: null where there is no such row; rejects when libSQL fails. */
  readonly readTruth: (lookupId: string) => Promise<KeyRecord | null>
  /** Null in mode `bounded`, where a copy is believed without asking. */
  readonly authorities: StrictAuthorities | null
  readonly onFault: LogFault
  readonly nowMs: () => number
}

interface StrictAuthorities extends Pick<KeyAuthorities, 'check' | 'seed'> {
  /** What is known of a copy at hand; shared by who asks at the same time. */
  readonly checkCopy: AskAbout<Standing>
}

export type Unavailable = { readonly reason: 'authentication_unavailable' }

/**
 * How long a proven token without any row is refused without a question. It was issued, and is gone; but
 * a database may come back from a backup.
 */
const NO_ROW_MS = 1_000

/** The copy in KV, however old; null where there is none. A KV that fails has none. */
export async function readCopy(
  lookupId: string,
  requestId: RequestId,
  deps: KeyCopiesDeps,
): Promise<CompiledKey | null> {
  try {
    const copy = await deps.readCopy(lookupId)
    // Requests that came together are to hold one copy: they share what is asked about it.
    const cached = deps.cache.get(lookupId)
    if (cached !== undefined || copy === null) return cached ?? null
    const compiled = compileKey(copy, deps.authorities === null ? Infinity : 0)
    deps.cache.set(lookupId, compiled)
    return compiled
  } catch (error) {
    deps.onFault('kv_read', error, requestId)
    return null
  }
}

/** Whether a verdict that rests on this copy stands without asking. */
export function isFinal(copy: CompiledKey, { authorities, nowMs }: KeyCopiesDeps): boolean {
  if (authorities === null) return true
  return copy.kind === 'tombstone' && nowMs() < copy.certainUntilMs
}

/**
 * The record that must be honoured by a request that is here now: the copy, where the authority calls
 * it current, or what the authority holds instead. Where it holds nothing, what libSQL says; the
 * authority is told, so that the next request need not ask libSQL.
 */
export async function newestRecord(
  lookupId: string,
  copy: CompiledKey | null,
  requestId: RequestId,
  deps: KeyCopiesDeps,
): Promise<Result<CompiledKey, Unavailable>> {
  const { authorities } = deps
  let asked: FaultKind = 'authority'
  let word: string | undefined
  const keep = (compiled: CompiledKey) => {
    deps.cache.set(lookupId, compiled, copy ?? undefined)
    return ok(compiled)
  }
  try {
    if (authorities !== null) {
      const standing = await (copy === null
        ? authorities.check(lookupId, null)
        : authorities.checkCopy({ lookupId, copy, requestId }))
      if (standing === 'current' && copy !== null) return ok(copy)
      if (standing !== 'current' && standing.kind !== 'unknown') {
        return keep(compileKey(standing, Infinity))
      }
      if (standing !== 'current') word = standing.word
    }
    asked = 'libsql'
    const row = await deps.readTruth(lookupId)
    if (row === null) return keep(noRow(deps))
    asked = 'authority'
    const held: Held = (await authorities?.seed(lookupId, row, word)) ?? toStored(row)
    return keep(compileKey(held.kind === 'unreadable' ? toStored(row) : held, Infinity))
  } catch (error) {
    deps.onFault(asked, error, requestId)
    return err({ reason: 'authentication_unavailable' })
  }
}

/** Its record says that the key is gone, like a tombstone's; remembered, it is not speculated on. */
function noRow({ nowMs }: KeyCopiesDeps): CompiledKey {
  const certainUntilMs = nowMs() + NO_ROW_MS
  return { kind: 'tombstone', revision: 0, keyId: '', tag: '', certainUntilMs }
}
