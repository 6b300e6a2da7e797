// Calls a key's authority, see key-authority-object.ts.

import { encodeKeyRecord, type KeyRecord } from '../keys/key-record.ts'
import { readStored, type StoredRecord, tagOf } from '../keys/stored-record.ts'
import { checkUrl, type RecordIdentity } from './authority-check.ts'
import type { Denial } from './denial-table.ts'
import type { AuthorityAnswer, AuthorityRecord, KeyAuthority } from './key-authority-object.ts'
import { createObjectCalls } from './object-call.ts'

export type AuthorityNamespace = DurableObjectNamespace<KeyAuthority>

/** The result of a check: the cached record is current, or libSQL must be asked, or this record replaces it. */
export type CheckResult = 'current' | Unknown | StoredRecord

/** The authority cannot say. `word` is for `seed`. An authority of an older version sends none. */
export interface Unknown {
  readonly kind: 'unknown'
  readonly word: string | undefined
}

/** What an authority holds. Of a record in the form of a later version, only the revision is readable. */
export type Held = StoredRecord | { readonly kind: 'unreadable'; readonly revision: number }

/** What must be honoured after a change was sent. */
export type Brought = Held & {
  /** For `seed`. Only set by an authority that held nothing, which does not keep the change. */
  readonly word?: string
}

export interface KeyAuthorities {
  /** Checks whether a cached record is current. `cached`: null if there is none. */
  readonly check: (lookupId: string, cached: RecordIdentity | null) => Promise<CheckResult>
  /** Reads what the authority holds. Null if it holds nothing. */
  readonly peek: (lookupId: string) => Promise<Held | null>
  /**
   * Sends the record of a change. Resolves to the record that must be honoured from now on. It is the one that
   * the authority holds, or `record` if the authority holds nothing and leaves the decision to libSQL.
   */
  readonly advance: (lookupId: string, record: KeyRecord) => Promise<Brought>
  /**
   * Sends a record that was read in libSQL after the authority had answered with `word`. Resolves as `advance`
   * does. If the word is outdated and the authority still holds nothing, it resolves to `record`.
   */
  readonly seed: (lookupId: string, record: KeyRecord, word: string | undefined) => Promise<Held>
  readonly countDenials: (lookupId: string, denials: readonly Denial[]) => Promise<void>
  /** The denials of the last 24 hours, newest first. */
  readonly listDenials: (lookupId: string) => Promise<Denial[]>
}

type Stub = DurableObjectStub<KeyAuthority>

/** Calls reject with AuthorityUnavailableError if the object fails or takes longer than `timeoutMs`. */
export function createKeyAuthorities(
  namespace: AuthorityNamespace,
  timeoutMs: number,
): KeyAuthorities {
  // Calls about a record may be repeated, because an object never replaces a record by an older one.
  const { ask, askOnce } = createObjectCalls<Stub>(namespace, timeoutMs)

  async function sendRecord(
    lookupId: string,
    record: KeyRecord,
    call: (stub: Stub, sent: AuthorityRecord) => Promise<AuthorityAnswer>,
  ): Promise<{ readonly held: Held; readonly word?: string | undefined }> {
    const sent = toAuthorityRecord(record)
    const answer = await ask(lookupId, (stub) => call(stub, sent))
    if (answer.state === 'holds') return { held: toHeld(answer) }
    const held = { ...record, tag: tagOf(sent.record) }
    return answer.state === 'unknown' ? { held, word: answer.word } : { held }
  }

  const askAuthority = (lookupId: string, cached: RecordIdentity | null) =>
    ask(lookupId, (stub) => fetchCheck(stub, cached))

  return {
    async check(lookupId, cached) {
      const answer = await askAuthority(lookupId, cached)
      if (answer.state === 'current') return 'current'
      if (answer.state === 'unknown') return { kind: 'unknown', word: answer.word }
      const held = toHeld(answer)
      return held.kind === 'unreadable' ? { kind: 'unknown', word: undefined } : held
    },
    async peek(lookupId) {
      const answer = await askAuthority(lookupId, null)
      return answer.state === 'holds' ? toHeld(answer) : null
    },
    async advance(lookupId, record) {
      const { held, word } = await sendRecord(
        lookupId,
        record,
        async (stub, sent) => await stub.advance(sent),
      )
      return word === undefined ? held : { ...held, word }
    },
    async seed(lookupId, record, word) {
      const { held } = await sendRecord(
        lookupId,
        record,
        async (stub, sent) => await stub.seed(sent, word),
      )
      return held
    },
    countDenials: (lookupId, denials) =>
      askOnce(lookupId, async (stub) => await stub.countDenials(denials)), // a repeat would count twice
    listDenials: (lookupId) => ask(lookupId, async (stub) => await stub.denials()),
  }
}

async function fetchCheck(stub: Stub, cached: RecordIdentity | null): Promise<AuthorityAnswer> {
  const response = await stub.fetch(checkUrl(cached))
  if (response.status === 204) return { state: 'current' }
  const answer = await response.json<AuthorityAnswer>()
  // An object of a version that knows no tags cannot read such a check, and answers without a word.
  const knowsNoTags = answer.state === 'unknown' && answer.word === undefined
  return knowsNoTags && cached !== null && cached.tag !== null
    ? await fetchCheck(stub, { ...cached, tag: null })
    : answer
}

function toAuthorityRecord(record: KeyRecord): AuthorityRecord {
  const { kind, revision } = record
  return { revision, gone: kind === 'tombstone', record: encodeKeyRecord(record) }
}

/** A tombstone counts in any form. A live record in the form of a later version is unreadable. */
function toHeld({ revision, gone, record }: AuthorityRecord): Held {
  const stored = readStored(record)
  if (stored !== null) return stored
  return gone
    ? { kind: 'tombstone', revision, keyId: '', tag: tagOf(record) }
    : { kind: 'unreadable', revision }
}
