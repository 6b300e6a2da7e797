// A time that a customer sets for later, such as the end of a key. What it may be depends on the clock, so it is
// checked when the request is read.

import * as z from 'zod'

export const MINUTE_MS = 60_000
/** Ten years, leap days included. */
export const MAX_AHEAD_MS = 3_653 * 24 * 60 * MINUTE_MS

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/

/** An RFC 3339 time with an offset. Parsed to milliseconds since 1970. */
export const time = z
  .string()
  .transform((given, ctx) => {
    const timeMs = RFC_3339.test(given) && isDate(given) ? Date.parse(given) : Number.NaN
    if (!Number.isNaN(timeMs)) return timeMs
    ctx.addIssue({
      code: 'custom',
      message: 'This must be a time with its offset from UTC, such as 2030-01-31T12:00:00Z',
      params: { code: 'time_invalid' },
    })
    return z.NEVER
  })
  .meta({
    override: { type: 'string', format: 'date-time' },
    description: 'RFC 3339, with an offset',
  })

/** As `time`, a minute to ten years ahead. */
export const futureTime = time
  .superRefine((timeMs, ctx) => {
    const aheadMs = timeMs - Date.now()
    if (aheadMs >= MINUTE_MS && aheadMs <= MAX_AHEAD_MS) return
    ctx.addIssue({
      code: 'custom',
      message: 'This must be at least a minute and at most ten years ahead',
      params: { code: 'time_out_of_range' },
    })
  })
  .meta({
    override: { type: 'string', format: 'date-time' },
    description: 'RFC 3339, with an offset; a minute to ten years ahead',
  })

/** False for a date that no calendar has, such as 30 February, which `Date.parse` would move. */
function isDate(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number)
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
}
