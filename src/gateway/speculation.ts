// When a GET may be sent on before its authority has answered. It is sent on only while there is no answer. It ends
// when the answer names a record that refuses it. If that record is unconfirmed, the GET ends before libSQL is
// asked: that would take long enough for the request to reach the upstream.

import { compileKey, evaluateAccess } from '../keys/access.ts'
import type { Address } from '../keys/address.ts'
import type { Answer } from './questions.ts'

export interface Speculation {
  readonly address: Address | null
  readonly startedMs: number
  /** Whether the authority has answered, or cannot be asked. In both cases nothing begins any more. */
  isAnswered: boolean
  /** Ends what was sent on. Null if nothing was. */
  end: (() => void) | null
}

export function newSpeculation(address: Address | null, startedMs: number): Speculation {
  return { address, startedMs, isAnswered: false, end: null }
}

/** Follows the question by which the request will be judged. */
export function follow(speculation: Speculation, asking: Promise<Answer>): void {
  const noteAnswer = ({ says }: Answer) => hear(speculation, says)
  const noteFailure = () => void (speculation.isAnswered = true)
  asking.then(noteAnswer, noteFailure).catch(noop) // a record that cannot be compiled refuses nobody
}

/** A record that is confirmed is left to the verdict, which nearly always follows in this turn. */
function hear(speculation: Speculation, says: Answer['says']): void {
  speculation.isAnswered = true
  const { address, startedMs, end } = speculation
  if (end === null || says === 'current' || says.kind !== 'unknown') return
  if (says.unconfirmed === undefined) return
  const access = evaluateAccess(compileKey(says.unconfirmed), address, startedMs)
  if (!access.ok) end()
}

function noop(): void {}
