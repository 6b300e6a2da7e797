// Where the data plane gets a key's record from: a copy in this isolate or in KV, and what must be
// honoured now, which the key's authority knows, or libSQL where the authority holds nothing.

import { type CompiledKey, compileKey } from '../keys/access.ts'
import type { KeyRecord } from '../keys/key-record.ts'
import type { FaultKind, LogFault } from '../log.ts'
import type { RequestId } from '../request-id.ts'
import { err, ok, type Result } from '../result.ts'
import type { IsolateCache } from '../stores/isolate-cache.ts'
import type { KeyAuthorities, Standing } from '../stores/key-authority.ts'
import type { AskAbout } from './shared-question.ts'

export interface KeyCopiesDeps {
  readonly cache: IsolateCache
  /** The copy in KV: null on a miss; rejects when KV fails, which is not a miss. */
  readonly readCopy: (lookupId: string) => Promise<KeyRecord | null>
  /** The truth in libSQL: null where there is no such row; rejects when libSQL fails. */
  readonly readTruth: (lookupId: string) => Promise<KeyRecord | null>
  /** Null in mode `bounded`, where a copy is believed without asking. */
  readonly authorities: StrictAuthorities | null
  readonly onFault: LogFault
}

interface StrictAuthorities extends Pick<KeyAuthorities, 'check' | 'seed'> {
  /** What is known of a copy at hand; shared by who asks at the same time. */
  readonly checkCopy: AskAbout<Standing>
}

export type Unavailable = { readonly reason: 'authentication_unavailable' }

/** A proven token without any row was issued and is gone; its record says so, like a tombstone's. */
const NO_ROW = compileKey({ kind: 'gone', revision: 0, keyId: '' })

/** The copy in KV, however old; null where there is none. A KV that fails has none. */
export async function readCopy(
  lookupId: string,
  requestId: RequestId,
  deps: KeyCopiesDeps,
): Promise<CompiledKey | null> {
  try {
    const copy = await deps.readCopy(lookupId)
    // Requests that came together are to hold one copy: they share what is asked about it.
    const met = deps.cache.get(lookupId)
    if (copy === null) return met ?? null
    const isMet = met?.kind === copy.kind && met.revision === copy.revision
    if (isMet) return met
    const kept = keep(lookupId, copy, deps)
    return deps.cache.get(lookupId) ?? kept // a newer one was met, perhaps
  } catch (error) {
    deps.onFault('kv_read', error, requestId)
    return null
  }
}

/** Whether a verdict that rests on this copy stands without asking: *gone* is never taken back. */
export function isFinal(copy: CompiledKey, deps: KeyCopiesDeps): boolean {
  return copy.kind === 'gone' || deps.authorities === null
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
  try {
    if (authorities !== null) {
      const standing = await (copy === null
        ? authorities.check(lookupId, null)
        : authorities.checkCopy({ lookupId, copy, requestId }))
      if (standing === 'current' && copy !== null) return ok(copy)
      if (typeof standing !== 'string') return ok(keep(lookupId, standing, deps))
    }
    asked = 'libsql'
    const row = await deps.readTruth(lookupId)
    if (row === null) return ok(NO_ROW) // kept nowhere: a database may come back from a backup
    asked = 'authority'
    const held = (await authorities?.seed(lookupId, row)) ?? row
    return ok(keep(lookupId, held.kind === 'unreadable' ? row : held, deps))
  } catch (error) {
    deps.onFault(asked, error, requestId)
    return err({ reason: 'authentication_unavailable' })
  }
}

function keep(lookupId: string, record: KeyRecord, { cache }: KeyCopiesDeps): CompiledKey {
  const compiled = compileKey(record)
  cache.set(lookupId, compiled)
  return compiled
}
