// The key authority: a SQLite-backed Durable Object per key, named by its lookup id. It holds the
// newest record that the edge must honour, or *gone*, and is the one place that every location asks.
// What it holds only rises; *gone* is above everything. An object that holds nothing says so.
//
// Methods and answers are additive, since old and new versions of the worker run side by side during
// a deploy. The object never reads a record: it is told the revision, so it keeps forms newer than itself.
//
// A record that was read in libSQL long ago must not pass for news: the object may have lost its storage
// since, or the database come back from a backup. So a seed is taken with the word alone that was given
// with `unknown`, and each change makes a new word. It is in memory, so a restart makes a new one too.

import { DurableObject } from 'cloudflare:workers'
import { tagOf } from '../keys/stored-record.ts'
import { checkedCopy, type CopyIdentity } from './authority-check.ts'
import { addDenials, type Denial, dropDenials, forgetDenials, listDenials } from './denial-table.ts'

/** A record as it travels to the authority. */
export interface AuthorityRecord {
  readonly revision: number
  readonly gone: boolean
  /** The stored form, see keys/key-record.ts. */
  readonly record: string
}

export type AuthorityAnswer =
  /** The copy that was asked about, or the record that was brought, is what the object holds. */
  | { readonly state: 'current' }
  /** The object holds this instead. */
  | ({ readonly state: 'holds' } & AuthorityRecord)
  /**
   * The object holds nothing, or something older than what was asked about: libSQL must tell. What it
   * tells may be brought with this word; versions that know no words give none.
   */
  | { readonly state: 'unknown'; readonly word?: string }

interface Head extends Omit<AuthorityRecord, 'record'> {
  /** Of the record; a version that knows no tags writes none. */
  readonly tag?: string
}

const CURRENT: AuthorityAnswer = { state: 'current' }

export class KeyAuthority extends DurableObject {
  private word = newWord()

  /** Whether a copy is what must be honoured, see authority-check.ts. */
  override fetch(request: Request): Response {
    const answer = this.judge(checkedCopy(request.url))
    return answer.state === 'current' ? new Response(null, { status: 204 }) : Response.json(answer)
  }

  /** By RPC, as older versions ask. */
  check(revision: number | null): AuthorityAnswer {
    return this.judge(revision === null ? null : { revision, tag: null })
  }

  /** Brings the record of a change. Once this has answered, nothing older is honoured anywhere. */
  advance(brought: AuthorityRecord): AuthorityAnswer {
    if (this.head() !== undefined || brought.gone) return this.raise(brought)
    // Left to the next reader of libSQL. A reader from before the change finds its word out of date.
    this.word = newWord()
    return this.unknown()
  }

  /** Brings what a reader found in libSQL; a change that came between wins. */
  seed(brought: AuthorityRecord, word?: string): AuthorityAnswer {
    if (brought.gone || word === this.word) return this.raise(brought)
    const head = this.head()
    return head === undefined ? this.unknown() : this.kept(head, brought.record)
  }

  /** Counts requests that the key's IP ACL refused, or would have. Not kept of a key that is gone. */
  async countDenials(denials: readonly Denial[]): Promise<void> {
    const { sql } = this.ctx.storage
    if (this.head()?.gone === true) return
    addDenials(sql, denials, Date.now())
    if ((await this.ctx.storage.getAlarm()) === null) await this.alarm()
  }

  /** The last 24 hours, newest first. */
  denials(): Denial[] {
    return listDenials(this.ctx.storage.sql, Date.now())
  }

  /** Nothing is kept for longer than it is shown: addresses are personal data. */
  override async alarm(): Promise<void> {
    const nextMs = forgetDenials(this.ctx.storage.sql, Date.now())
    if (nextMs !== null) await this.ctx.storage.setAlarm(nextMs)
  }

  private judge(copy: CopyIdentity | null): AuthorityAnswer {
    const head = this.head()
    if (head === undefined) return this.unknown()
    if (head.gone || copy === null) return this.held(head)
    const { revision, tag } = copy
    const isCurrent = tag === null ? revision === head.revision : tag === this.tagOf(head)
    if (isCurrent) return CURRENT
    return revision <= head.revision ? this.held(head) : this.unknown()
  }

  private raise({ revision, gone, record }: AuthorityRecord): AuthorityAnswer {
    const { kv, sql } = this.ctx.storage
    const head = this.head()
    const rises = head === undefined || (!head.gone && (gone || revision > head.revision))
    if (!rises) return this.kept(head, record)
    this.word = newWord()
    // Both are written in one turn, so together or not at all; the answer waits until they are durable.
    kv.put<Head>('head', { revision, gone, tag: tagOf(record) })
    kv.put('record', record)
    if (gone) dropDenials(sql)
    return CURRENT
  }

  /** What is answered to a record that does not rise. */
  private kept(head: Head, record: string): AuthorityAnswer {
    return this.record() === record ? CURRENT : this.held(head)
  }

  /** Read from storage, not from a field: a field could hold what never became durable. */
  private head(): Head | undefined {
    return this.ctx.storage.kv.get<Head>('head')
  }

  private tagOf(head: Head): string {
    return head.tag ?? tagOf(this.record())
  }

  private record(): string {
    return this.ctx.storage.kv.get<string>('record') ?? ''
  }

  private held({ revision, gone }: Head): AuthorityAnswer {
    return { state: 'holds', revision, gone, record: this.record() }
  }

  private unknown(): AuthorityAnswer {
    return { state: 'unknown', word: this.word }
  }
}

function newWord(): string {
  return crypto.randomUUID()
}
