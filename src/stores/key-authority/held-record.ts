// The newest record of a key, or its tombstone, as the key's authority holds it. A live record is replaced by a
// higher revision that comes from it, or by a tombstone. A tombstone is replaced by nothing.
//
// The authority gets the revision beside the record and never parses the record. So it can hold forms that are
// newer than itself.
//
// A record read in libSQL long ago must not be stored as new. The object may have lost its storage since, or
// the database may have been restored from a backup. So a live record from libSQL needs the word that
// was sent with `unknown`. Each change makes a new word, and so does a restart, because the word is in memory.
//
// A change has no word. One that finds nothing held may be late as well, and older than what the object has
// lost. So it is stored unconfirmed: no lease is granted on it, and readers ask libSQL first. A seed confirms it, or
// replaces it by a record that comes from it. A database that was restored has forgotten it, and has no such record.

import { descendsFrom, type Lineage } from '../../keys/lineage.ts'
import { tagOf } from '../../keys/stored-record.ts'
import type { RecordIdentity } from './question.ts'

/** A record on its way to or from the authority. */
export interface AuthorityRecord {
  readonly revision: number
  /** Whether the record is a tombstone. */
  readonly gone: boolean
  /** The stored form, see keys/key-record.ts. */
  readonly record: string
  /**
   * Set for a tombstone of a token whose key lives on, so that what was counted of it stays, and the windows of
   * the key's limits go on.
   */
  readonly keepsUse?: true
  /** Where a record that is sent comes from. Without it, its revision alone counts. */
  readonly lineage?: Lineage
  /** The change that made a record that is held. */
  readonly changeId?: string
}

export type AuthorityAnswer =
  /** The object holds the record that was checked or sent. */
  | { readonly state: 'current' }
  /** The object holds this record instead. */
  | ({ readonly state: 'holds' } & AuthorityRecord)
  /**
   * The object holds nothing, or a record older than the one that was checked, so libSQL must be asked. A seed
   * needs this word. Versions that know no words send none. `unconfirmed`: the record that a change brought and
   * libSQL has not confirmed.
   */
  | { readonly state: 'unknown'; readonly word?: string; readonly unconfirmed?: AuthorityRecord }

/** What became of a record that was sent. */
export interface Kept {
  readonly answer: AuthorityAnswer
  /** Whether it is held from this turn on, in place of another one or of nothing. */
  readonly hasRisen: boolean
}

interface Head extends Omit<AuthorityRecord, 'record' | 'lineage'> {
  /** The record's tag. A version that knows no tags writes none. */
  readonly tag?: string
  /** Set for a record that a change brought and no reader of libSQL has confirmed. */
  readonly isUnconfirmed?: true
}

type Storage = Pick<DurableObjectStorage['kv'], 'get' | 'put'>

const CURRENT: AuthorityAnswer = { state: 'current' }

export class HeldRecord {
  private word = newWord()
  private readonly storage: Storage

  constructor(storage: Storage) {
    this.storage = storage
  }

  /** Compares a record that a location has cached, null for none. */
  check(cached: RecordIdentity | null): AuthorityAnswer {
    const head = this.head()
    if (head === undefined || isUnconfirmed(head)) return this.answerUnknown()
    if (head.gone || cached === null) return this.answerHeld(head)
    const { revision, tag } = cached
    const isCurrent = tag === null ? revision === head.revision : tag === this.tagOf(head)
    if (isCurrent) return CURRENT
    return revision <= head.revision ? this.answerHeld(head) : this.answerUnknown()
  }

  /** Keeps the record of a change. */
  keep(sent: AuthorityRecord): Kept {
    const head = this.head()
    if (head === undefined && !sent.gone && sent.revision === 0) {
      // It has no row, see admin/lost-keys.ts. A reader from before this change now has an outdated word.
      this.word = newWord()
      return { answer: this.answerUnknown(), hasRisen: false }
    }
    const isConfirmed = sent.gone || (head !== undefined && !isUnconfirmed(head))
    const kept = this.raise(sent, isConfirmed)
    this.noteChange(sent)
    return kept
  }

  /** Keeps a record read in libSQL, unless a change came in between. `word`: what the reader was told before. */
  seed(sent: AuthorityRecord, word: string | undefined): Kept {
    if (sent.gone || word === this.word) return this.raise(sent, true)
    const head = this.head()
    const isOlder = head !== undefined && !(isUnconfirmed(head) && replaces(sent, head))
    const answer = isOlder ? this.answerToOlder(head, sent.record) : this.answerUnknown()
    return { answer, hasRisen: false }
  }

  /** Whether the key was deleted, and not only this token replaced. */
  isDeleted(): boolean {
    const head = this.head()
    return head?.gone === true && head.keepsUse !== true
  }

  /** From now on the key counts as deleted, if this is the tombstone of one of its tokens. */
  noteDeleted(): void {
    const head = this.head()
    if (head?.keepsUse !== true) return
    const { keepsUse: _, ...ended } = head
    this.storage.put<Head>('head', ended)
  }

  private raise(sent: AuthorityRecord, isConfirmed: boolean): Kept {
    const { revision, gone, record, keepsUse, lineage } = sent
    const head = this.head()
    if (head !== undefined && !replaces(sent, head)) {
      if (isConfirmed) this.confirm(head)
      return { answer: this.answerToOlder(head, record), hasRisen: false }
    }
    this.word = newWord()
    // Both are written in one turn, so atomically. The runtime holds the answer until they are durable.
    this.storage.put<Head>('head', {
      revision,
      gone,
      tag: tagOf(record),
      ...(keepsUse && { keepsUse }),
      ...(lineage !== undefined && { changeId: lineage.changeId }),
      ...(!isConfirmed && { isUnconfirmed: true }),
    })
    this.storage.put('record', record)
    return { answer: CURRENT, hasRisen: true }
  }

  /**
   * After a restore, a change can make the record that is held already. From then on the record is of that change,
   * so nothing replaces it that comes from the lost one alone.
   */
  private noteChange({ lineage, record }: AuthorityRecord): void {
    const head = this.head()
    if (head === undefined || head.gone || lineage === undefined) return
    if (head.changeId === lineage.changeId || this.record() !== record) return
    this.storage.put<Head>('head', { ...head, changeId: lineage.changeId })
  }

  private confirm(head: Head): void {
    if (!isUnconfirmed(head)) return
    const { isUnconfirmed: _, ...confirmed } = head
    this.word = newWord()
    this.storage.put<Head>('head', confirmed)
  }

  /** Answers a record that does not replace the one that is held. */
  private answerToOlder(head: Head, record: string): AuthorityAnswer {
    return this.record() === record ? CURRENT : this.answerHeld(head)
  }

  /** Reads from storage, because a field could hold a value that never became durable. */
  private head(): Head | undefined {
    return this.storage.get<Head>('head')
  }

  private tagOf(head: Head): string {
    return head.tag ?? tagOf(this.record())
  }

  private record(): string {
    return this.storage.get<string>('record') ?? ''
  }

  private answerHeld(head: Head): AuthorityAnswer {
    return { state: 'holds', ...this.toRecord(head) }
  }

  private answerUnknown(): AuthorityAnswer {
    const head = this.head()
    const held = head === undefined || !isUnconfirmed(head) ? null : this.toRecord(head)
    return { state: 'unknown', word: this.word, ...(held !== null && { unconfirmed: held }) }
  }

  private toRecord({ revision, gone, changeId }: Head): AuthorityRecord {
    const made = changeId !== undefined && { changeId }
    return { revision, gone, record: this.record(), ...made }
  }
}

/** Whether a record takes the place of the one that is held. */
function replaces({ revision, gone, lineage }: AuthorityRecord, held: Head): boolean {
  if (held.gone) return false
  return gone || (revision > held.revision && descendsFrom(lineage ?? null, held))
}

function isUnconfirmed(head: Head): boolean {
  return head.isUnconfirmed === true
}

function newWord(): string {
  return crypto.randomUUID()
}
