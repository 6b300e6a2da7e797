// The pages of lists.

import * as z from 'zod'
import { type IdKind, isId } from '../../shared/ids.ts'
import { rule } from '../text-rules.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200

/** The query of a list whose items have ids of `kind`. */
export function pageQuery(kind: IdKind) {
  const isLimit = (given: string) => /^[1-9]\d{0,2}$/.test(given) && Number(given) <= MAX_LIMIT
  return z.object({
    limit: z
      .string()
      .refine(isLimit, rule('out_of_range', `limit is a whole number from 1 to ${MAX_LIMIT}`))
      .transform(Number)
      .prefault(String(DEFAULT_LIMIT))
      .meta({
        override: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
      }),
    cursor: z
      .string()
      .refine(
        (given) => isId(kind, given),
        rule('cursor_unreadable', 'cursor is not one that this list gave as next_cursor'),
      )
      .optional()
      .meta({ description: 'The `next_cursor` of the page before' }),
  })
}
