// Watches what locations ask authorities for of the limits of keys, and what they get.

import type { Policy } from '../../../src/keys/rate-limit.ts'
import type { Granted, Wanted, WindowView } from '../../../src/keys/window.ts'
import { trueMs } from './time.ts'

/** In an answer of an object: the event that it answers, as JSON. */
export const EVENT = 'event'

/** What the host of the objects says of an event. */
export interface ObjectEvent {
  /** Its place among the events of all objects. */
  readonly place: number
  /** How often the object had lost its storage. */
  readonly losses: number
  /** The clock of the object, in milliseconds since 1970. */
  readonly clockMs: number
}

/** A question for an allowance. Times are in milliseconds of the world's time, unless they say of which clock. */
export interface AskedAllowance {
  /** The lookup id of the authority. */
  readonly name: string
  readonly at: string
  readonly policies: readonly Policy[]
  /** How many requests waited for the answer. */
  readonly waiting: number
  /** How many requests were asked for. */
  readonly wanted: number
  /** When it left the location, and when it reached the authority. */
  readonly sentMs: number
  readonly askedMs: number
  /** When the authority answered. Null if nobody knows. */
  answeredMs: number | null
  /** How many requests it granted. Null if nobody knows. */
  granted: number | null
  /** Null if nobody knows. */
  event: ObjectEvent | null
  /** The windows afterwards, in the order of the policies; empty if none was shown. */
  windows: readonly WindowView[]
}

let asked: AskedAllowance[] = []

/** A question is sent. Answers what notes its answer; null if it asks for no allowance. */
export function observeQuestion(
  name: string,
  at: string,
  headers: Headers,
  sentMs: number,
): ((answer: Headers) => void) | null {
  const text = headers.get('allowance')
  if (text === null) return null
  const { policies, waiting, ahead } = JSON.parse(text) as Wanted
  const one: AskedAllowance = {
    name,
    at,
    policies,
    waiting,
    wanted: waiting + ahead,
    sentMs,
    askedMs: trueMs(),
    answeredMs: null,
    granted: null,
    event: null,
    windows: [],
  }
  asked.push(one)
  return (answer) => {
    const { granted = 0, windows = [] } = parse(answer.get('allowance')) as Partial<Granted>
    const event = answer.has(EVENT) ? (parse(answer.get(EVENT)) as ObjectEvent) : null
    Object.assign(one, { answeredMs: trueMs(), granted, event, windows })
  }
}

/** Those since the last call. */
export function takeAllowances(): readonly AskedAllowance[] {
  const taken = asked
  asked = []
  return taken
}

function parse(text: string | null): unknown {
  return JSON.parse(text ?? '{}')
}
