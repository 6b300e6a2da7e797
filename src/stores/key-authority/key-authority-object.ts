// The key authority: a SQLite-backed Durable Object per key, named by its lookup id. It holds the newest record
// of the key, or its tombstone, and every location asks it. A live record is replaced by a higher
// revision or by a tombstone, and a tombstone by nothing. An object that holds nothing says so.
//
// Methods and answers are additive, since old and new versions of the worker run side by side during a deploy.
// The object gets the revision beside the record and never parses the record. So it can hold forms that are
// newer than itself.
//
// A record read in libSQL long ago must not be stored as new. The object may have lost its storage since, or
// the database may have been restored from a backup. So a live record from libSQL needs the word that
// was sent with `unknown`. Each change makes a new word, and so does a restart, because the word is in memory.
//
// A change has no word. One that finds the object empty may be late as well, and older than what the object has
// lost. So it is stored unconfirmed: no request is judged by it, and libSQL is asked. A seed confirms it, or
// replaces it by a higher revision, but never by a lower one: a database that was restored has forgotten it.
//
// The object grants leases, see granted-leases.ts. It is known to be the only instance of its name when an
// event starts and when it uses its storage. So a lease is granted in the first turn of an event, which has
// read the record in storage.

import { DurableObject } from 'cloudflare:workers'
import type { Denial } from '../../keys/denial.ts'
import { tagOf } from '../../keys/stored-record.ts'
import { logFault } from '../../log/fault.ts'
import { CountedUse, type UseDetails, type UseQuery, type UseSummary } from './counted-use.ts'
import { dropOldDenials, forgetOldDenials } from './denial-table.ts'
import { grantedHeaders, isAllowanceQuestion, parseWanted } from './allowance-question.ts'
import { GrantedLeases } from './granted-leases.ts'
import { GrantedRequests } from './granted-requests.ts'
import {
  answerHeaders,
  noteUnwritten,
  parseQuestion,
  type RecordIdentity,
  type Report,
  useOf,
} from './question.ts'
import { DAY_MS, forgetOldUse, toOwnTime } from './use-table.ts'

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
}

export type AuthorityAnswer =
  /** The object holds the record that was checked or sent. */
  | { readonly state: 'current' }
  /** The object holds this record instead. */
  | ({ readonly state: 'holds' } & AuthorityRecord)
  /**
   * The object holds nothing, or a record older than the one that was checked, so libSQL must be asked. A seed
   * needs this word. Versions that know no words send none. `unconfirmed`: the record of changes, if it holds one
   * that libSQL has not confirmed.
   */
  | { readonly state: 'unknown'; readonly word?: string; readonly unconfirmed?: AuthorityRecord }

/** The caller of a change, who waits until the change has settled. */
export interface WaitingCaller {
  /** The caller's clock. */
  readonly nowMs: number
}

/** The answer to a change. Versions without leases send no `settlesInMs`. */
export type ChangeAnswer = AuthorityAnswer & {
  /** How long until the leases on what was before have run out. Until then the change may not be answered. */
  readonly settlesInMs?: number
}

interface Head extends Omit<AuthorityRecord, 'record'> {
  /** The record's tag. A version that knows no tags writes none. */
  readonly tag?: string
  /** Set for a record of changes alone, which no reader of libSQL has confirmed. */
  readonly isUnconfirmed?: true
}

const MAX_DENIALS = 100

const CURRENT: AuthorityAnswer = { state: 'current' }

export class KeyAuthority extends DurableObject {
  private word = newWord()
  private readonly leases = new GrantedLeases(this.ctx.storage.kv, Date.now())
  private readonly use = new CountedUse(this.ctx.storage.sql)
  private readonly requests = new GrantedRequests(this.ctx.storage.kv)

  /** Answers a question of a location, see question.ts. */
  override fetch(request: Request): Response | Promise<Response> {
    if (isAllowanceQuestion(request)) return this.answerAllowance(request.headers)
    const { cached, leaseMs, askedMs, wanted } = parseQuestion(request)
    const answer = this.answerCheck(cached)
    const nowMs = Date.now()
    const isLive = answer.state === 'current' || (answer.state === 'holds' && !answer.gone)
    const grantedMs = isLive ? this.leases.grant(leaseMs, nowMs, askedMs) : 0
    if (this.leases.hasWrittenAt(nowMs)) this.use.write(nowMs) // one more row in one write
    // An allowance is for the record that was asked about. What is granted ahead is for the time of a lease.
    const isGranted = wanted !== null && answer.state === 'current'
    const asked = isGranted ? { ...wanted, ahead: grantedMs > 0 ? wanted.ahead : 0 } : null
    const granted = asked === null ? null : this.requests.grant(asked, nowMs)
    const headers = answerHeaders(grantedMs, nowMs, granted)
    const response =
      answer.state === 'current'
        ? new Response(null, { status: 204, headers })
        : Response.json(answer, { headers })
    return request.body === null ? response : this.takeReport(request, response)
  }

  /** Grants requests to a location that holds a lease or has just asked. A deleted key gets none. */
  private answerAllowance(headers: Headers): Response {
    const wanted = parseWanted(headers)
    const head = this.head()
    const isDeleted = head?.gone === true && head.keepsUse !== true
    if (wanted === null) return new Response(null, { status: 400 })
    const granted = isDeleted ? 'deleted' : this.requests.grant(wanted, Date.now())
    return new Response(null, { status: 204, headers: grantedHeaders(granted) })
  }

  /** The question of the oldest versions, by RPC. */
  check(revision: number | null): AuthorityAnswer {
    return this.answerCheck(revision === null ? null : { revision, tag: null })
  }

  /**
   * Stores the record of a change. When it has settled, no location judges by an older record. `caller`: absent
   * from versions without leases. They do not wait, so the object waits before it answers.
   */
  async advance(sent: AuthorityRecord, caller?: WaitingCaller): Promise<ChangeAnswer> {
    const callerMs = caller?.nowMs ?? null
    const answer = this.keep(sent, callerMs)
    const settlesInMs = Math.ceil(this.leases.settlesInMs(Date.now(), callerMs))
    if (caller === undefined && settlesInMs > 0) await scheduler.wait(settlesInMs)
    return { ...answer, settlesInMs }
  }

  /** Stores a record read in libSQL, unless a change came in between. */
  seed(sent: AuthorityRecord, word?: string, caller?: WaitingCaller): AuthorityAnswer {
    if (sent.gone || word === this.word) return this.raise(sent, caller?.nowMs ?? null, true)
    const head = this.head()
    if (head === undefined || (head.isUnconfirmed === true && sent.revision > head.revision))
      return this.answerUnknown()
    return this.answerToOlder(head, sent.record)
  }

  /** The report of versions without leases: a call of its own. */
  async countDenials(denials: readonly Denial[]): Promise<void> {
    await this.count({ denials })
  }

  /** The denials of the last 24 hours, newest first. */
  denials(): Denial[] {
    return this.use.denials(Date.now(), MAX_DENIALS)
  }

  /** What the key was used for in the last 24 hours, in short. */
  useSummary(): UseSummary {
    return this.use.summarize(Date.now())
  }

  useDetails(query: UseQuery): UseDetails {
    return this.use.detail(query, Date.now())
  }

  /** Drops what was counted, because the key was deleted. From then on nothing is granted in its windows. */
  forgetUse(): void {
    const head = this.head()
    if (head?.keepsUse === true) {
      const { keepsUse: _, ...ended } = head
      this.ctx.storage.kv.put<Head>('head', ended)
    }
    this.requests.drop()
    this.use.drop()
    dropOldDenials(this.ctx.storage.sql)
  }

  /** Drops and sums up what is old. Addresses are personal data. */
  override async alarm(): Promise<void> {
    const { sql } = this.ctx.storage
    const nowMs = Date.now()
    const nextMs = [forgetOldUse(sql, nowMs), forgetOldDenials(sql, nowMs)]
    const known = nextMs.filter((atMs) => atMs !== null)
    if (known.length > 0) await this.ctx.storage.setAlarm(Math.min(...known))
  }

  /** A count may be lost, but the question is answered all the same. */
  private async takeReport(request: Request, response: Response): Promise<Response> {
    try {
      await this.count(await request.json<Report>())
      noteUnwritten(response, this.use.writesInMs(Date.now()))
    } catch (error) {
      logFault('use', error)
    }
    return response
  }

  /** Nothing is counted of a deleted key. */
  private async count(report: Report): Promise<void> {
    const head = this.head()
    if (head?.gone === true && head.keepsUse !== true) return
    const nowMs = Date.now()
    const isWritten = this.use.add(toOwnTime(useOf(report, nowMs), nowMs), nowMs)
    if (isWritten) await this.wakeToForget(nowMs)
  }

  private async wakeToForget(nowMs: number): Promise<void> {
    const { storage } = this.ctx
    const alarmMs = await storage.getAlarm()
    if (alarmMs === null || alarmMs > nowMs + DAY_MS) await storage.setAlarm(nowMs + DAY_MS)
  }

  private keep(sent: AuthorityRecord, callerMs: number | null): AuthorityAnswer {
    const head = this.head()
    if (head === undefined && !sent.gone && sent.revision === 0) {
      // It has no row, see admin/lost-keys.ts. A reader from before this change now has an outdated word.
      this.word = newWord()
      return this.answerUnknown()
    }
    const isConfirmed = sent.gone || (head !== undefined && head.isUnconfirmed !== true)
    return this.raise(sent, callerMs, isConfirmed)
  }

  private answerCheck(cached: RecordIdentity | null): AuthorityAnswer {
    const head = this.head()
    if (head === undefined || head.isUnconfirmed === true) return this.answerUnknown()
    if (head.gone || cached === null) return this.answerHeld(head)
    const { revision, tag } = cached
    const isCurrent = tag === null ? revision === head.revision : tag === this.tagOf(head)
    if (isCurrent) return CURRENT
    return revision <= head.revision ? this.answerHeld(head) : this.answerUnknown()
  }

  private raise(
    { revision, gone, record, keepsUse }: AuthorityRecord,
    callerMs: number | null,
    isConfirmed: boolean,
  ): AuthorityAnswer {
    const { kv } = this.ctx.storage
    const head = this.head()
    const rises = head === undefined || (!head.gone && (gone || revision > head.revision))
    if (!rises) {
      if (isConfirmed) this.confirm(head)
      return this.answerToOlder(head, record)
    }
    this.word = newWord()
    this.leases.settle(Date.now(), callerMs)
    // Both are written in one turn, so atomically. The runtime holds the answer until they are durable.
    kv.put<Head>('head', {
      revision,
      gone,
      tag: tagOf(record),
      ...(keepsUse && { keepsUse }),
      ...(!isConfirmed && { isUnconfirmed: true }),
    })
    kv.put('record', record)
    if (gone && keepsUse !== true) this.forgetUse()
    return CURRENT
  }

  private confirm({ isUnconfirmed, ...confirmed }: Head): void {
    if (isUnconfirmed !== true) return
    this.word = newWord()
    this.ctx.storage.kv.put<Head>('head', confirmed)
  }

  /** Answers a record that does not replace the one that is held. */
  private answerToOlder(head: Head, record: string): AuthorityAnswer {
    return this.record() === record ? CURRENT : this.answerHeld(head)
  }

  /** Reads from storage, because a field could hold a value that never became durable. */
  private head(): Head | undefined {
    return this.ctx.storage.kv.get<Head>('head')
  }

  private tagOf(head: Head): string {
    return head.tag ?? tagOf(this.record())
  }

  private record(): string {
    return this.ctx.storage.kv.get<string>('record') ?? ''
  }

  private answerHeld(head: Head): AuthorityAnswer {
    return { state: 'holds', ...this.toRecord(head) }
  }

  private answerUnknown(): AuthorityAnswer {
    const head = this.head()
    const unconfirmed = head?.isUnconfirmed === true && { unconfirmed: this.toRecord(head) }
    return { state: 'unknown', word: this.word, ...unconfirmed }
  }

  private toRecord({ revision, gone }: Head): AuthorityRecord {
    return { revision, gone, record: this.record() }
  }
}

function newWord(): string {
  return crypto.randomUUID()
}
