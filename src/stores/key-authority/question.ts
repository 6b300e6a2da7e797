// The question that a location asks a key's authority: is this cached record current, and for how long? It uses
// fetch, because RPC takes twice the CPU time. The URL names the record. The answer is 204 if the record
// is current, and otherwise an `AuthorityAnswer` as JSON. Headers carry the lease and the clocks, and the body
// carries what the location has to report. Objects of versions without leases ignore both.

import { type Denial, fromDenial, toDenial } from '../../keys/denial.ts'
import { noUse, type UseReport } from '../../keys/use.ts'
import type { Granted, Wanted } from '../../keys/window.ts'
import { grantedHeaders, parseWanted, wantedHeaders } from './allowance-question.ts'

const URL_START = 'http://key-authority/'
/** The term of a lease in milliseconds: in a question the one that is wanted, in an answer the one granted. */
const LEASE = 'lease'
/** When the question was asked, by the clock of the location, in milliseconds since 1970. */
const ASKED_AT = 'asked-at'
/** The clock of the object at its answer, in milliseconds since 1970. */
const OBJECT_TIME = 'object-time'
/** After how many milliseconds the object can write what was reported. Absent if it has. */
const UNWRITTEN = 'unwritten'

/** Identifies a cached record. */
export interface RecordIdentity {
  /** Orders records. Two different records may have the same revision. */
  readonly revision: number
  /** The tag of the stored text, see keys/stored-record.ts. Null from a version that knows no tags. */
  readonly tag: string | null
}

/** What a location reports with a question. */
export interface Report {
  /** Absent from versions that report denials alone. */
  readonly use?: UseReport
  /** The denials among the use, for objects of such versions. */
  readonly denials: readonly Denial[]
}

export interface Question {
  /** Null if the location has no record. */
  readonly cached: RecordIdentity | null
  /** The term of the lease that is wanted, 0 for none. */
  readonly leaseMs: number
  /** When it is asked, by the clock of the location. */
  readonly askedMs: number
  readonly use: UseReport | null
  /** The allowance that is wanted beside. Null for none, and for a key without limits. */
  readonly wanted: Wanted | null
}

/** What the object says of time in an answer. */
export interface AnswerTimes {
  /** The term of the granted lease, 0 for none. It runs from `askedMs` of the question. */
  readonly leaseMs: number
  /** The object's clock. Null from a version without leases. */
  readonly objectMs: number | null
  /** After how many milliseconds what was reported can be written; 0 if it has been. */
  readonly unwrittenMs: number
}

/** The URL that names a cached record. */
export function questionUrl(cached: RecordIdentity | null): string {
  if (cached === null) return URL_START
  const { revision, tag } = cached
  return tag === null ? URL_START + revision : `${URL_START}${revision}/${tag}`
}

export function questionInit({ leaseMs, askedMs, use, wanted }: Question): RequestInit {
  const lease = leaseMs > 0 && { [LEASE]: String(leaseMs), [ASKED_AT]: String(askedMs) }
  const headers: Record<string, string> = { ...lease, ...wantedHeaders(wanted) }
  if (use === null) return { headers }
  const denials = use.addresses.map(toDenial).filter((denial) => denial !== null)
  const report: Report = { use, denials }
  return { method: 'POST', headers, body: JSON.stringify(report) }
}

/** The use in a report. `nowMs`: the clock of the object, for a report that does not tell its own. */
export function useOf({ use, denials }: Report, nowMs: number): UseReport {
  if (use !== undefined) return use
  const addresses = denials.map(fromDenial)
  const denied = addresses.reduce((sum, one) => sum + one.denied, 0)
  const refused = denied > 0 ? { ip_denied: denied } : {}
  return { ...noUse(), refused, addresses, sentMs: nowMs }
}

/** The question in a request, without the use. */
export function parseQuestion({ url, headers }: Request): Omit<Question, 'use' | 'askedMs'> & {
  /** Null if the location did not say. */
  readonly askedMs: number | null
} {
  const askedMs = headers.get(ASKED_AT)
  return {
    cached: parseIdentity(url),
    leaseMs: Number(headers.get(LEASE)),
    askedMs: askedMs === null ? null : Number(askedMs),
    wanted: parseWanted(headers),
  }
}

function parseIdentity(url: string): RecordIdentity | null {
  if (url === URL_START) return null
  const [revision, tag = null] = url.slice(URL_START.length).split('/')
  return { revision: Number(revision), tag }
}

export function answerHeaders(
  leaseMs: number,
  objectMs: number,
  granted: Granted | null,
): Record<string, string> {
  const lease = leaseMs > 0 && { [LEASE]: String(leaseMs) }
  return { [OBJECT_TIME]: String(objectMs), ...lease, ...grantedHeaders(granted) }
}

/** Tells a location to ask again, so that what it reported gets written. */
export function noteUnwritten({ headers }: Response, ms: number): void {
  if (ms > 0) headers.set(UNWRITTEN, String(ms))
}

export function parseAnswerTimes({ headers }: Response): AnswerTimes {
  const objectMs = headers.get(OBJECT_TIME)
  return {
    leaseMs: Number(headers.get(LEASE)),
    objectMs: objectMs === null ? null : Number(objectMs),
    unwrittenMs: Number(headers.get(UNWRITTEN)),
  }
}
