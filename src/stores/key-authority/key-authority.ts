// Calls a key's authority, see key-authority-object.ts.

import type { Denial } from '../../keys/denial.ts'
import { encodeKeyRecord, type KeyRecord } from '../../keys/key-record.ts'
import type { Identified, Lineage } from '../../keys/lineage.ts'
import { HOLD_FACTOR, MAX_TERM_MS } from '../../keys/lease.ts'
import { readStored, type StoredRecord, tagOf } from '../../keys/stored-record.ts'
import type { Granted, Wanted } from '../../keys/window.ts'
import { AuthorityUnavailableError, createObjectCalls } from '../object-call.ts'
import { ALLOWANCE_URL, parseGranted, wantedHeaders } from './allowance-question.ts'
import type { UseDetails, UseQuery, UseSummary } from './counted-use.ts'
import type { AuthorityAnswer, AuthorityRecord } from './held-record.ts'
import type { ChangeAnswer, KeyAuthority } from './key-authority-object.ts'
import {
  type AnswerTimes,
  parseAnswerTimes,
  type Question,
  questionInit,
  questionUrl,
} from './question.ts'

export type AuthorityNamespace = DurableObjectNamespace<KeyAuthority>

/** The answer to a question, with its lease and the object's clock. */
export interface Answered extends AnswerTimes {
  /** The allowance that was wanted. Null if none was, or if it is not for the record that is current. */
  readonly granted: Granted | null
  /** The cached record is current, or libSQL must be asked, or this record replaces it. */
  readonly says: 'current' | Unknown | StoredRecord
}

/** The authority cannot say. `word` is for `seed`. An authority of an older version sends none. */
export interface Unknown {
  readonly kind: 'unknown'
  readonly word: string | undefined
  /** The record that a change brought and libSQL has not confirmed. libSQL may know a newer one. */
  readonly unconfirmed?: StoredRecord
}

/** What an authority holds. Of a record in the form of a later version, only this much is readable. */
export type Held = (StoredRecord | { readonly kind: 'unreadable'; readonly revision: number }) &
  Identified

/** What must be honoured after a change was sent. */
export type Brought = Held & {
  /** Resolves when no location may judge by an older record any more. Never rejects. */
  readonly settled: Promise<void>
}

export interface KeyAuthorities {
  /** Asks whether a cached record is current, and for how long. */
  readonly ask: (lookupId: string, question: Question) => Promise<Answered>
  /**
   * Asks for an allowance alone. 'deleted' if the key was deleted. It is not repeated, because what it grants is
   * spent.
   */
  readonly askAllowance: (lookupId: string, wanted: Wanted) => Promise<Granted | 'deleted'>
  /** Reads what the authority holds, confirmed or not. Null if it holds nothing. */
  readonly peek: (lookupId: string) => Promise<Held | null>
  /**
   * Sends the record of a change. Resolves as soon as it is durable, to the record that must be honoured once it
   * has settled. It is the one that the authority holds. It is `record` if the authority keeps nothing: for a key
   * without a row, and in the version before.
   */
  readonly advance: (
    lookupId: string,
    record: KeyRecord,
    lineage?: Lineage | null,
  ) => Promise<Brought>
  /**
   * Sends a record that was read in libSQL after the authority had answered with `word`. Resolves as `advance`
   * does. If the word is outdated, and the authority holds nothing or an older unconfirmed record, it resolves to
   * `record`.
   */
  readonly seed: (
    lookupId: string,
    record: KeyRecord,
    word: string | undefined,
    lineage?: Lineage | null,
  ) => Promise<Held>
  /** The denials of the last 24 hours, newest first. */
  readonly listDenials: (lookupId: string) => Promise<Denial[]>
  /** The use of a token: when it was used first and last, and how often within 24 hours. */
  readonly summarizeUse: (lookupId: string) => Promise<UseSummary>
  /** As `summarizeUse`, with the buckets of a range and the addresses of 24 hours. */
  readonly detailUse: (lookupId: string, query: UseQuery) => Promise<UseDetails>
  /** Drops what was counted of a token that had ended before its key was deleted. */
  readonly forgetUse: (lookupId: string) => Promise<void>
}

export interface KeyAuthoritiesDeps {
  readonly timeoutMs: number
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

type Stub = DurableObjectStub<KeyAuthority>

/**
 * The wait for an object of a version without leases. The instance before it may have granted some, and nobody can
 * say for how long: another location may have a longer LEASE_MS than this one.
 */
const UNKNOWN_WAIT_MS = MAX_TERM_MS * HOLD_FACTOR

/** Calls reject with AuthorityUnavailableError if the object fails or takes longer than `timeoutMs`. */
export function createKeyAuthorities(
  namespace: AuthorityNamespace,
  { timeoutMs, wait, nowMs }: KeyAuthoritiesDeps,
): KeyAuthorities {
  // Calls about a record may be repeated, because an object never replaces a record by an older one.
  const { ask } = createObjectCalls<Stub>(namespace, timeoutMs)

  return {
    async ask(lookupId, question) {
      let next = question
      const { answer, ...times } = await ask(lookupId, (stub) => {
        const sent = next
        // A repeated report could count twice. What a lost answer granted is lost, and asked for anew.
        if (sent.use !== null) next = { ...sent, use: null }
        return fetchAnswer(stub, sent)
      })
      return { says: toSays(answer), ...times }
    },
    async askAllowance(lookupId, wanted) {
      const headers = wantedHeaders(wanted)
      const answer = await ask(
        lookupId,
        async (stub) => await stub.fetch(ALLOWANCE_URL, { headers }),
      )
      const granted = parseGranted(answer.headers)
      if (granted === null) throw new AuthorityUnavailableError('unreachable')
      return granted
    },
    async peek(lookupId) {
      const { answer } = await ask(lookupId, (stub) => fetchAnswer(stub, PEEK))
      if (answer.state === 'holds') return toHeld(answer)
      const unconfirmed = answer.state === 'unknown' ? answer.unconfirmed : undefined
      return unconfirmed === undefined ? null : toHeld(unconfirmed)
    },
    async advance(lookupId, record, lineage = null) {
      const sent = toAuthorityRecord(record, lineage)
      const answer: ChangeAnswer = await ask(
        lookupId,
        async (stub) => await stub.advance(sent, { nowMs: nowMs() }),
      )
      const { settlesInMs = UNKNOWN_WAIT_MS } = answer
      const settled = settlesInMs > 0 ? wait(settlesInMs) : Promise.resolve()
      return { ...heldAfter(sent, record, answer), settled }
    },
    async seed(lookupId, record, word, lineage = null) {
      const sent = toAuthorityRecord(record, lineage)
      const answer = await ask(
        lookupId,
        async (stub) => await stub.seed(sent, word, { nowMs: nowMs() }),
      )
      return heldAfter(sent, record, answer)
    },
    listDenials: (lookupId) => ask(lookupId, async (stub) => await stub.denials()),
    summarizeUse: (lookupId) => ask(lookupId, async (stub) => await stub.useSummary()),
    detailUse: (lookupId, query) => ask(lookupId, async (stub) => await stub.useDetails(query)),
    forgetUse: (lookupId) => ask(lookupId, async (stub) => await stub.forgetUse()),
  }
}

const PEEK: Question = { cached: null, leaseMs: 0, askedMs: 0, use: null, wanted: null }

async function fetchAnswer(
  stub: Stub,
  question: Question,
): Promise<Omit<Answered, 'says'> & { readonly answer: AuthorityAnswer }> {
  const { cached } = question
  const response = await stub.fetch(questionUrl(cached), questionInit(question))
  const allowance = parseGranted(response.headers)
  const granted = allowance === 'deleted' ? null : allowance
  const times = { ...parseAnswerTimes(response), granted }
  if (response.status === 204) return { answer: { state: 'current' }, ...times }
  const answer = await response.json<AuthorityAnswer>()
  // An object of a version that knows no tags cannot read such a check, and answers without a word.
  const knowsNoTags = answer.state === 'unknown' && answer.word === undefined
  return knowsNoTags && cached !== null && cached.tag !== null
    ? await fetchAnswer(stub, { ...question, cached: { ...cached, tag: null } })
    : { answer, ...times }
}

function toSays(answer: AuthorityAnswer): Answered['says'] {
  if (answer.state === 'current') return 'current'
  if (answer.state === 'unknown') {
    const { word, unconfirmed } = answer
    const stored = unconfirmed === undefined ? null : readStored(unconfirmed.record)
    return { kind: 'unknown', word, ...(stored !== null && { unconfirmed: stored }) }
  }
  const held = toHeld(answer)
  return held.kind === 'unreadable' ? { kind: 'unknown', word: undefined } : held
}

/** What must be honoured after a record was sent. If the authority leaves it to libSQL, it is that record. */
function heldAfter(sent: AuthorityRecord, record: KeyRecord, answer: AuthorityAnswer): Held {
  return answer.state === 'holds' ? toHeld(answer) : { ...record, tag: tagOf(sent.record) }
}

function toAuthorityRecord(record: KeyRecord, lineage: Lineage | null): AuthorityRecord {
  const { kind, revision } = record
  const isReplaced = kind === 'tombstone' && record.replacedAtMs !== null
  return {
    revision,
    gone: kind === 'tombstone',
    record: encodeKeyRecord(record),
    ...(isReplaced && { keepsUse: true }),
    ...(lineage !== null && { lineage }),
  }
}

/** A tombstone counts in any form. A live record in the form of a later version is unreadable. */
function toHeld({ revision, gone, record, changeId }: AuthorityRecord): Held {
  const made = changeId !== undefined && { changeId }
  const stored = readStored(record)
  if (stored !== null) return { ...stored, ...made }
  return gone
    ? { kind: 'tombstone', revision, keyId: '', replacedAtMs: null, tag: tagOf(record), ...made }
    : { kind: 'unreadable', revision, ...made }
}
