import * as z from 'zod'
import { rule } from '../text-rules.ts'
import { pageQuery } from './page.ts'

/** The query of the operator's list of differences. A cursor is the number of the last one. */
export const shadowQuery = pageQuery('key').extend({
  cursor: z
    .string()
    .refine(
      (given) => /^[1-9]\d{0,14}$/.test(given),
      rule('cursor_unreadable', 'cursor is not one that this list gave as next_cursor'),
    )
    .transform(Number)
    .optional()
    .meta({ override: { type: 'string' }, description: 'The `next_cursor` of the page before' }),
})
