// When a GET may be sent on before its authority has answered. It begins only while there is no answer. It ends
// as soon as a record refuses it that the authority names. An unconfirmed record does so before libSQL has
// been asked, by which time the request would have reached the upstream.

import { compileKey, evaluateAccess } from '../keys/access.ts'
import type { Address } from '../keys/address.ts'
import type { Answer } from './questions.ts'

export interface Speculation {
  readonly address: Address | null
  readonly startedMs: number
  /** Whether the authority has answered, or cannot be asked. Then nothing begins any more. */
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

/** A record that the authority holds decides the request in this turn. An unconfirmed one only refuses it. */
function hear(speculation: Speculation, says: Answer['says']): void {
  speculation.isAnswered = true
  if (says === 'current' || says.kind !== 'unknown' || says.unconfirmed === undefined) return
  const { address, startedMs, end } = speculation
  const access = evaluateAccess(compileKey(says.unconfirmed), address, startedMs)
  if (!access.ok) end?.()
}

function noop(): void {}
