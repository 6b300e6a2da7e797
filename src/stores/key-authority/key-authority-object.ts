// The key authority: a SQLite-backed Durable Object per key, named by its lookup id. It holds the newest record
// of the key, or its tombstone, see held-record.ts, and every location asks it.
//
// Methods and answers are additive, since old and new versions of the worker run side by side during a deploy.
//
// The object grants leases, see granted-leases.ts. It is known to be the only instance of its name when an
// event starts and when it uses its storage. So a lease is granted in the first turn of an event, which has
// read the record in storage.

import { DurableObject } from 'cloudflare:workers'
import type { Denial } from '../../keys/denial.ts'
import { logFault } from '../../log/fault.ts'
import { CountedUse, type UseDetails, type UseQuery, type UseSummary } from './counted-use.ts'
import { dropOldDenials, forgetOldDenials } from './denial-table.ts'
import { grantedHeaders, isAllowanceQuestion, parseWanted } from './allowance-question.ts'
import { GrantedLeases } from './granted-leases.ts'
import { GrantedRequests } from './granted-requests.ts'
import { type AuthorityAnswer, type AuthorityRecord, HeldRecord, type Kept } from './held-record.ts'
import { answerHeaders, noteUnwritten, parseQuestion, type Report, useOf } from './question.ts'
import { DAY_MS, forgetOldUse, toOwnTime } from './use-table.ts'

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

const MAX_DENIALS = 100

export class KeyAuthority extends DurableObject {
  private readonly held = new HeldRecord(this.ctx.storage.kv)
  private readonly leases = new GrantedLeases(this.ctx.storage.kv, Date.now())
  private readonly use = new CountedUse(this.ctx.storage.sql)
  private readonly requests = new GrantedRequests(this.ctx.storage.kv)

  /** Answers a question of a location, see question.ts. */
  override fetch(request: Request): Response | Promise<Response> {
    if (isAllowanceQuestion(request)) return this.answerAllowance(request.headers)
    const { cached, leaseMs, askedMs, wanted } = parseQuestion(request)
    const answer = this.held.check(cached)
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
    if (wanted === null) return new Response(null, { status: 400 })
    const granted = this.held.isDeleted() ? 'deleted' : this.requests.grant(wanted, Date.now())
    return new Response(null, { status: 204, headers: grantedHeaders(granted) })
  }

  /** The question of the oldest versions, by RPC. */
  check(revision: number | null): AuthorityAnswer {
    return this.held.check(revision === null ? null : { revision, tag: null })
  }

  /**
   * Stores the record of a change. When it has settled, no location judges by an older record. `caller`: absent
   * from versions without leases. They do not wait, so the object waits before it answers.
   */
  async advance(sent: AuthorityRecord, caller?: WaitingCaller): Promise<ChangeAnswer> {
    const callerMs = caller?.nowMs ?? null
    const answer = this.settle(this.held.keep(sent), sent, callerMs)
    const settlesInMs = Math.ceil(this.leases.settlesInMs(Date.now(), callerMs))
    if (caller === undefined && settlesInMs > 0) await scheduler.wait(settlesInMs)
    return { ...answer, settlesInMs }
  }

  /** Stores a record read in libSQL, unless a change came in between. */
  seed(sent: AuthorityRecord, word?: string, caller?: WaitingCaller): AuthorityAnswer {
    return this.settle(this.held.seed(sent, word), sent, caller?.nowMs ?? null)
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
    this.held.noteDeleted()
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
    if (this.held.isDeleted()) return
    const nowMs = Date.now()
    const isWritten = this.use.add(toOwnTime(useOf(report, nowMs), nowMs), nowMs)
    if (isWritten) await this.wakeToForget(nowMs)
  }

  private async wakeToForget(nowMs: number): Promise<void> {
    const { storage } = this.ctx
    const alarmMs = await storage.getAlarm()
    if (alarmMs === null || alarmMs > nowMs + DAY_MS) await storage.setAlarm(nowMs + DAY_MS)
  }

  /** Begins the wait for the leases on what was held before, in the turn that has replaced it. */
  private settle({ answer, hasRisen }: Kept, sent: AuthorityRecord, callerMs: number | null) {
    if (!hasRisen) return answer
    this.leases.settle(Date.now(), callerMs)
    if (sent.gone && sent.keepsUse !== true) this.forgetUse()
    return answer
  }
}
