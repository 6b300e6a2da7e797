// The query of the use of a key: hours or days, in a range that is not longer than they are kept.

import * as z from 'zod'
import { time } from './future-time.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const LONGEST_MS = { hour: 7 * DAY_MS, day: 400 * DAY_MS }
const DEFAULT_MS = { hour: DAY_MS, day: 30 * DAY_MS }
/** A range that ends now was longest a moment ago, by a clock that may differ. */
const TOLERANCE_MS = 5 * 60_000

const timeMeta = { override: { type: 'string', format: 'date-time' } } as const

/** Parsed to a range in milliseconds since 1970, its end not included. */
export const usageQuery = z
  .object({
    by: z.enum(['hour', 'day'], 'This must be hour or day').default('hour'),
    from: time.optional().meta({
      ...timeMeta,
      description:
        'RFC 3339; from the hour or day that contains it. A day or 30 days before `to` unless given; 7 or 400 days at most',
    }),
    to: time.optional().meta({ ...timeMeta, description: 'RFC 3339; now unless given' }),
  })
  .transform(({ by, from, to }, ctx) => {
    const toMs = to ?? Date.now()
    const fromMs = from ?? toMs - DEFAULT_MS[by]
    const fail = (code: string, message: string) => {
      ctx.addIssue({ code: 'custom', path: ['from'], message, params: { code } })
      return z.NEVER
    }
    if (fromMs > toMs) return fail('range_reversed', 'from must not be later than to')
    if (toMs - fromMs <= LONGEST_MS[by] + TOLERANCE_MS) return { by, fromMs, toMs }
    const days = LONGEST_MS[by] / DAY_MS
    return fail('range_too_long', `By ${by}, a range has ${days} days at most`)
  })
