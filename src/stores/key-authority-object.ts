// The key authority: a SQLite-backed Durable Object per key, named by its lookup id. It holds the
// newest record that the edge must honour, or *gone*, and is the one place that every location asks.
// What it holds only rises; *gone* is above everything. An object that holds nothing says so.
//
// Methods and answers are additive, since old and new versions of the worker run side by side during
// a deploy. The object never reads a record: it is told the revision, so it keeps forms newer than itself.

import { DurableObject } from 'cloudflare:workers'
import { checkedRevision } from './authority-check.ts'
import { addDenials, type Denial, dropDenials, forgetDenials, listDenials } from './denial-table.ts'

/** A record as it travels to the authority. */
export interface AuthorityRecord {
  readonly revision: number
  readonly gone: boolean
  /** The stored form, see keys/key-record.ts. */
  readonly record: string
}

export type AuthorityAnswer =
  /** The revision that was asked about, or the record that was brought, is what the object holds. */
  | { readonly state: 'current' }
  /** The object holds this instead. */
  | ({ readonly state: 'holds' } & AuthorityRecord)
  /** The object holds nothing, or something older than what was asked about: libSQL must tell. */
  | { readonly state: 'unknown' }

type Head = Omit<AuthorityRecord, 'record'>

const CURRENT: AuthorityAnswer = { state: 'current' }
const UNKNOWN: AuthorityAnswer = { state: 'unknown' }

export class KeyAuthority extends DurableObject {
  /** Whether a copy is what must be honoured, see authority-check.ts. */
  override fetch(request: Request): Response {
    const answer = this.check(checkedRevision(request.url))
    return answer.state === 'current' ? new Response(null, { status: 204 }) : Response.json(answer)
  }

  /** Also by RPC, as the version before this one asks. */
  check(revision: number | null): AuthorityAnswer {
    // Read from storage, not from a field: a field could hold what never became durable.
    const head = this.ctx.storage.kv.get<Head>('head')
    if (head === undefined) return UNKNOWN
    if (head.gone || revision === null || head.revision > revision) return this.held(head)
    return head.revision === revision ? CURRENT : UNKNOWN
  }

  /** Brings the record of a change. Once this has answered, nothing older is honoured anywhere. */
  advance(brought: AuthorityRecord): AuthorityAnswer {
    return this.raise(brought)
  }

  /** Brings what a reader found in libSQL; a change that came between wins. */
  seed(brought: AuthorityRecord): AuthorityAnswer {
    return this.raise(brought)
  }

  /** Counts requests that the key's IP ACL refused, or would have. Not kept of a key that is gone. */
  async countDenials(denials: readonly Denial[]): Promise<void> {
    const { kv, sql } = this.ctx.storage
    if (kv.get<Head>('head')?.gone === true) return
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

  private raise({ revision, gone, record }: AuthorityRecord): AuthorityAnswer {
    const { kv } = this.ctx.storage
    const head = kv.get<Head>('head')
    const rises = head === undefined || (!head.gone && (gone || revision > head.revision))
    if (rises) {
      // Both are written in one turn, so together or not at all; the answer waits until they are durable.
      kv.put('head', { revision, gone })
      kv.put('record', record)
      if (gone) dropDenials(this.ctx.storage.sql)
      return CURRENT
    }
    return kv.get<string>('record') === record ? CURRENT : this.held(head)
  }

  private held(head: Head): AuthorityAnswer {
    return { state: 'holds', ...head, record: this.ctx.storage.kv.get<string>('record') ?? '' }
  }
}
