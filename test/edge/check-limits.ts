// Holds what happened against the limits of keys. Pure.

import { checkAllowances } from './check-allowances.ts'
import { checkWindows } from './check-windows.ts'
import type { Log, Violation } from './checker.ts'

export function checkLimits(log: Log): Violation[] {
  return [...log.keys.keys()].flatMap((key) => {
    const asked = log.allowances.filter((one) => one.key === key)
    return [...checkAllowances(log, key, asked), ...checkWindows(log, key, asked)]
  })
}
