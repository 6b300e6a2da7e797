// Watches what locations ask authorities for of the limits of keys, and what they get.

import type { Policy } from '../../../src/keys/rate-limit.ts'
import type { Granted, Wanted } from '../../../src/keys/window.ts'
import { trueMs } from './time.ts'

/** A question for an allowance. Times are in milliseconds of the world's time. */
export interface AskedAllowance {
  /** The lookup id of the authority. */
  readonly name: string
  readonly at: string
  readonly policies: readonly Policy[]
  /** How many requests were asked for. */
  readonly wanted: number
  readonly askedMs: number
  /** When the authority answered, and how many requests it granted. Null if nobody knows. */
  answeredMs: number | null
  granted: number | null
  /** When it did, and when its window began, by its own clock. Null without a window. */
  clockMs: number | null
  windowMs: number | null
}

let asked: AskedAllowance[] = []

/** A question is sent. Answers what notes its answer; null if it asks for no allowance. */
export function observeQuestion(
  name: string,
  at: string,
  headers: Headers,
): ((answer: Headers) => void) | null {
  const text = headers.get('allowance')
  if (text === null) return null
  const { policies, waiting, ahead } = JSON.parse(text) as Wanted
  const unknown = { answeredMs: null, granted: null, clockMs: null, windowMs: null }
  const one: AskedAllowance = {
    name,
    at,
    policies,
    wanted: waiting + ahead,
    askedMs: trueMs(),
    ...unknown,
  }
  asked.push(one)
  return (answer) => {
    const { granted = 0, windows = [] } = JSON.parse(
      answer.get('allowance') ?? '{}',
    ) as Partial<Granted>
    const [window] = windows
    const perSeconds = policies[0]?.perSeconds ?? 0
    one.answeredMs = trueMs()
    one.granted = granted
    if (window === undefined || window.startMs === null) return
    one.windowMs = window.startMs
    one.clockMs = window.startMs + perSeconds * 1_000 - window.endsInMs
  }
}

/** Those since the last call. */
export function takeAllowances(): readonly AskedAllowance[] {
  const taken = asked
  asked = []
  return taken
}
