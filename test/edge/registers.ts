// What can have held at a time. Each thing that decides a request is a register, such as `k1 acl`. A request may be
// judged by any value that a register can have had between the request's start and its end.
// https://lamport.azurewebsites.net/pubs/interprocess.pdf calls such a register regular.

import { isOpener } from './openness.ts'
import { type Acl, type End, type Limit, type Truth, UNCHANGED } from './verdict.ts'

/** Places in the one order of all starts and ends, and the time of the world in seconds. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly startSeconds: number
  readonly endSeconds: number
}

export interface KeyFacts {
  readonly account: string
  /** What it was made with. */
  readonly acl: Acl
  readonly end: End
  readonly limit: Limit
  /** Its place in the order: 0 for a key that was there before. */
  readonly madeAt: number
}

/**
 * A change of one register: `k1 life`, `k1 acl`, `k1 switch`, `k1 leak`, `k1 end`, `k1 limit`, `k1.t1 token`, `a status`
 * or `a ceiling`. Several with the same start and end are one change whose value is known no better.
 */
export interface Change extends Span {
  readonly label: string
  readonly register: string
  readonly value: string
  /**
   * `done` was answered with success; `recorded` with 503 enforcement_pending, which promises that it goes
   * through; `unknown` with another fault; `none` was refused and changed nothing.
   */
  readonly outcome: 'done' | 'recorded' | 'unknown' | 'none'
  /** The version that the answer names; it orders edits that ran at the same time. */
  readonly version?: number
}

/** libSQL went back to what it held at `backedUpAt`. */
export interface Restore extends Pick<Span, 'start' | 'end'> {
  readonly backedUpAt: number
  /** When the operator said that everything is to be as the database has it. Infinity if that was not said. */
  readonly decidedAt: number
}

/** What is known of the registers. */
export interface Registers {
  readonly keys: ReadonlyMap<string, KeyFacts>
  readonly changes: readonly Change[]
  readonly restores: readonly Restore[]
}

/** Everything that a register can have held at some time between a start and an end. */
export function possibleValues(
  known: Registers,
  register: string,
  span: Pick<Span, 'start' | 'end'>,
): Set<string> {
  const changes = known.changes.filter((change) => change.register === register)
  const done = changes.filter(({ outcome, end }) => outcome === 'done' && end < span.start)
  // A deletion is final, even for a database that has forgotten it.
  if (done.some(({ value }) => value === 'gone')) return new Set(['gone'])
  const candidates = [
    initial(known, register),
    ...changes,
    ...restored(known, register, span),
  ].filter(({ outcome, start }) => outcome !== 'none' && start < span.end)
  const standing = candidates.filter((one) => !done.some((later) => isBefore(one, later)))
  return new Set(standing.map(({ value }) => value))
}

type Candidate = Pick<Change, 'start' | 'end' | 'value' | 'outcome' | 'version'>

function initial(known: Registers, register: string): Candidate {
  const [name = '', part] = register.split(' ')
  const values: Truth = { ...UNCHANGED, ...known.keys.get(name) }
  return { start: -1, end: -1, value: values[part as keyof Truth], outcome: 'done' }
}

/**
 * A database that was restored may bring back what it held then, or know nothing of a newer key. What was closed
 * stays closed, until somebody decides it anew.
 */
function restored(known: Registers, register: string, span: Pick<Span, 'end'>): Candidate[] {
  const [name = '', part] = register.split(' ')
  const madeAt = known.keys.get(name)?.madeAt ?? 0
  return known.restores
    .filter(({ start }) => start < span.end)
    .flatMap(({ start, end, backedUpAt, decidedAt }) => {
      const valuesAt = (at: number) => {
        const restores = known.restores.filter((other) => other.start < at)
        return [...possibleValues({ ...known, restores }, register, { start: at, end: at })]
      }
      const lost = span.end < decidedAt ? valuesAt(start) : []
      const opens = (value: string) =>
        lost.length > 0 && lost.every((closed) => isOpener(part ?? '', value, closed))
      const values = madeAt <= backedUpAt ? valuesAt(backedUpAt).filter((one) => !opens(one)) : []
      const unknown = madeAt > backedUpAt && part === 'life' ? ['gone'] : []
      return [...values, ...unknown].map((value) => {
        return { start, end, value, outcome: 'unknown' } as const
      })
    })
}

/** Whether what one has set cannot stand any more once the other is done. */
function isBefore(one: Candidate, other: Candidate): boolean {
  if (one.end < other.start) return true
  // A restored database gives the same versions again: they order only what ran at the same time.
  if (other.end < one.start) return false
  const { version } = one
  return version !== undefined && other.version !== undefined && version < other.version
}
