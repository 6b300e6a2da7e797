// The question that a location asks a key's authority: is this cached record current, and for how long? It uses
// fetch, because RPC takes twice the CPU time. The URL names the record. The answer is 204 if the record
// is current, and otherwise an `AuthorityAnswer` as JSON. Headers carry the lease and the clocks, and the body
// carries what the location has to report. Objects of versions without leases ignore both.

import type { Denial } from './denial-table.ts'

const URL_START = 'http://key-authority/'
/** The term of a lease in milliseconds: in a question the one that is wanted, in an answer the one granted. */
const LEASE = 'lease'
/** When the question was asked, by the clock of the location, in milliseconds since 1970. */
const ASKED_AT = 'asked-at'
/** The clock of the object at its answer, in milliseconds since 1970. */
const OBJECT_TIME = 'object-time'

/** Identifies a cached record. */
export interface RecordIdentity {
  /** Orders records. Two different records may have the same revision. */
  readonly revision: number
  /** The tag of the stored text, see keys/stored-record.ts. Null from a version that knows no tags. */
  readonly tag: string | null
}

/** What a location reports with a question. */
export interface Report {
  readonly denials: readonly Denial[]
}

export interface Question {
  /** Null if the location has no record. */
  readonly cached: RecordIdentity | null
  /** The term of the lease that is wanted, 0 for none. */
  readonly leaseMs: number
  /** When it is asked, by the clock of the location. */
  readonly askedMs: number
  readonly report: Report | null
}

/** What the object says of time in an answer. */
export interface AnswerTimes {
  /** The term of the granted lease, 0 for none. It runs from `askedMs` of the question. */
  readonly leaseMs: number
  /** The object's clock. Null from a version without leases. */
  readonly objectMs: number | null
}

/** The URL that names a cached record. */
export function questionUrl(cached: RecordIdentity | null): string {
  if (cached === null) return URL_START
  const { revision, tag } = cached
  return tag === null ? URL_START + revision : `${URL_START}${revision}/${tag}`
}

export function questionInit({ leaseMs, askedMs, report }: Question): RequestInit {
  const headers: Record<string, string> =
    leaseMs > 0 ? { [LEASE]: String(leaseMs), [ASKED_AT]: String(askedMs) } : {}
  return report === null ? { headers } : { method: 'POST', headers, body: JSON.stringify(report) }
}

/** The question in a request, without its report. */
export function parseQuestion({ url, headers }: Request): Omit<Question, 'report' | 'askedMs'> & {
  /** Null if the location did not say. */
  readonly askedMs: number | null
} {
  const askedMs = headers.get(ASKED_AT)
  return {
    cached: parseIdentity(url),
    leaseMs: Number(headers.get(LEASE)),
    askedMs: askedMs === null ? null : Number(askedMs),
  }
}

function parseIdentity(url: string): RecordIdentity | null {
  if (url === URL_START) return null
  const [revision, tag = null] = url.slice(URL_START.length).split('/')
  return { revision: Number(revision), tag }
}

export function answerHeaders(leaseMs: number, objectMs: number): Record<string, string> {
  const time = { [OBJECT_TIME]: String(objectMs) }
  return leaseMs > 0 ? { ...time, [LEASE]: String(leaseMs) } : time
}

export function parseAnswerTimes({ headers }: Response): AnswerTimes {
  const objectMs = headers.get(OBJECT_TIME)
  return {
    leaseMs: Number(headers.get(LEASE)),
    objectMs: objectMs === null ? null : Number(objectMs),
  }
}
