// Asking a key's authority, see key-authority-object.ts.

import { encodeKeyRecord, type KeyRecord } from '../keys/key-record.ts'
import { readStored, type StoredRecord, tagOf } from '../keys/stored-record.ts'
import { checkUrl, type CopyIdentity } from './authority-check.ts'
import type { Denial } from './denial-table.ts'
import type { AuthorityAnswer, AuthorityRecord, KeyAuthority } from './key-authority-object.ts'
import { createObjectCalls } from './object-call.ts'

export type AuthorityNamespace = DurableObjectNamespace<KeyAuthority>

/** What is known of a copy: it is current, or libSQL must tell, or this must be honoured instead. */
export type Standing = 'current' | Unknown | StoredRecord

/** The authority cannot tell. `word` is for `seed`; an authority of an older version gives none. */
export interface Unknown {
  readonly kind: 'unknown'
  readonly word: string | undefined
}

/** What an authority holds; of a record in the form of a later version, the revision alone. */
export type Held = StoredRecord | { readonly kind: 'unreadable'; readonly revision: number }

/** What must be honoured after a change was brought. */
export type Brought = Held & {
  /** For `seed`, from an authority that held nothing: it keeps nothing of the change. */
  readonly word?: string
}

export interface KeyAuthorities {
  /** Whether a copy is current; null where there is no copy at hand. */
  readonly check: (lookupId: string, copy: CopyIdentity | null) => Promise<Standing>
  /** What the authority holds; null where it holds nothing. */
  readonly peek: (lookupId: string) => Promise<Held | null>
  /**
   * Brings the record of a change. Answers what must be honoured from now on: what the authority holds,
   * or the record, where it holds nothing and so leaves it to libSQL.
   */
  readonly advance: (lookupId: string, record: KeyRecord) => Promise<Brought>
  /**
   * Brings what was read in libSQL after the authority had answered with `word`. Answers as `advance`
   * does; where the authority takes it no more, the record is what libSQL said in the meantime.
   */
  readonly seed: (lookupId: string, record: KeyRecord, word: string | undefined) => Promise<Held>
  readonly countDenials: (lookupId: string, denials: readonly Denial[]) => Promise<void>
  /** Whom the key's IP ACL refused, or would have, within 24 hours; newest first. */
  readonly listDenials: (lookupId: string) => Promise<Denial[]>
}

type Stub = DurableObjectStub<KeyAuthority>

/** All calls reject with AuthorityUnavailableError where the object fails or takes longer than `timeoutMs`. */
export function createKeyAuthorities(
  namespace: AuthorityNamespace,
  timeoutMs: number,
): KeyAuthorities {
  // What is asked about a record may be asked again: what an object holds only rises.
  const { ask, once } = createObjectCalls<Stub>(namespace, timeoutMs)

  async function bring(
    lookupId: string,
    record: KeyRecord,
    call: (stub: Stub, brought: AuthorityRecord) => Promise<AuthorityAnswer>,
  ): Promise<{ readonly held: Held; readonly word?: string | undefined }> {
    const brought = toAuthorityRecord(record)
    const answer = await ask(lookupId, (stub) => call(stub, brought))
    if (answer.state === 'holds') return { held: toHeld(answer) }
    const held = { ...record, tag: tagOf(brought.record) }
    return answer.state === 'unknown' ? { held, word: answer.word } : { held }
  }

  const question = (lookupId: string, copy: CopyIdentity | null) =>
    ask(lookupId, (stub) => askAbout(stub, copy))

  return {
    async check(lookupId, copy) {
      const answer = await question(lookupId, copy)
      if (answer.state === 'current') return 'current'
      if (answer.state === 'unknown') return { kind: 'unknown', word: answer.word }
      const held = toHeld(answer)
      return held.kind === 'unreadable' ? { kind: 'unknown', word: undefined } : held
    },
    async peek(lookupId) {
      const answer = await question(lookupId, null)
      return answer.state === 'holds' ? toHeld(answer) : null
    },
    async advance(lookupId, record) {
      const { held, word } = await bring(
        lookupId,
        record,
        async (stub, brought) => await stub.advance(brought),
      )
      return word === undefined ? held : { ...held, word }
    },
    async seed(lookupId, record, word) {
      const { held } = await bring(
        lookupId,
        record,
        async (stub, brought) => await stub.seed(brought, word),
      )
      return held
    },
    countDenials: (lookupId, denials) =>
      once(lookupId, async (stub) => await stub.countDenials(denials)), // again, it would count twice
    listDenials: (lookupId) => ask(lookupId, async (stub) => await stub.denials()),
  }
}

async function askAbout(stub: Stub, copy: CopyIdentity | null): Promise<AuthorityAnswer> {
  const response = await stub.fetch(checkUrl(copy))
  if (response.status === 204) return { state: 'current' }
  const answer = await response.json<AuthorityAnswer>()
  // An object of a version that knows no tags takes one for no revision, and gives no word.
  const knowsNoTags = answer.state === 'unknown' && answer.word === undefined
  return knowsNoTags && copy !== null && copy.tag !== null
    ? await askAbout(stub, { ...copy, tag: null })
    : answer
}

function toAuthorityRecord(record: KeyRecord): AuthorityRecord {
  const { kind, revision } = record
  return { revision, gone: kind === 'tombstone', record: encodeKeyRecord(record) }
}

/** *Gone* is gone in whatever form; a live record in the form of a later version is a miss. */
function toHeld({ revision, gone, record }: AuthorityRecord): Held {
  const stored = readStored(record)
  if (stored !== null) return stored
  return gone
    ? { kind: 'tombstone', revision, keyId: '', tag: tagOf(record) }
    : { kind: 'unreadable', revision }
}
