// What may be answered to a request, by everything that can have held of its key, token and account. Pure.

import type { ClockSpan, Log, Use } from './checker.ts'
import { possibleValues, type Registers } from './registers.ts'
import { judge, OF_KEY, seen, type Truth, type Verdict } from './verdict.ts'

/** What may be answered to a request. */
export function rightVerdicts(log: Log, use: Use): Set<Verdict> {
  return new Set(possibleTruths(log, use).flatMap((truth) => verdictsBy(log, truth, use)))
}

/** What may be answered by what holds. */
export function verdictsBy(
  { hasNewForm }: Log,
  truth: Truth,
  { from, method, clock }: Pick<Use, 'from' | 'method' | 'clock'>,
): Verdict[] {
  const judged = momentsOf(truth, clock).flatMap((nowMs) => judge(truth, from, nowMs))
  const isUnclear = hasNewForm && judged.includes('key_replaced')
  return [...judged, ...(isUnclear ? (['key_revoked'] as const) : [])].map((verdict) =>
    seen(verdict, method),
  )
}

/** The times within a span at which a verdict may change, and its ends. */
function momentsOf({ end, token }: Truth, { leastMs, mostMs }: ClockSpan): number[] {
  const ends = [end, token].map(Number).filter((endMs) => leastMs < endMs && endMs <= mostMs)
  return [leastMs, ...ends, mostMs]
}

function possibleTruths(log: Log, use: Use): Truth[] {
  return registersOf(log, use).reduce<Partial<Truth>[]>(
    (truths, [part, register]) => {
      const values = [...possibleValues(log, register, use)]
      return truths.flatMap((truth) => values.map((value) => ({ ...truth, [part]: value })))
    },
    [{}],
  ) as Truth[]
}

/** The parts of what holds of a key, each with its register. */
export function registersOf(
  { keys }: Registers,
  { key, token }: Pick<Use, 'key' | 'token'>,
): (readonly [keyof Truth, string])[] {
  const { account = '' } = keys.get(key) ?? {}
  return [
    ...OF_KEY.map((part) => [part, `${key} ${part}`] as const),
    ['token', `${key}.${token} token`] as const,
    ['status', `${account} status`] as const,
    ['ceiling', `${account} ceiling`] as const,
  ]
}
