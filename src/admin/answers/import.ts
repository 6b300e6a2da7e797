// The answer to an import of keys.

import * as z from 'zod'
import { fault } from './problem.ts'

const rowWarning = z
  .object({
    pointer: z.string().meta({ format: 'json-pointer', description: 'RFC 6901, into the row' }),
    code: z.enum(['bare_address', 'token_not_expected', 'token_short', 'not_changed']),
    detail: z.string(),
  })
  .meta({ id: 'RowWarning' })

const rowIndex = z.int().min(0).meta({ description: 'Of the row in `keys`' })

export const importAnswer = z.object({
  results: z.array(
    z.union([
      z.object({
        index: rowIndex,
        key_id: z.string().nullable().meta({ description: 'Null in a dry run' }),
        warnings: z.array(rowWarning),
      }),
      z.object({
        index: rowIndex,
        errors: z.array(fault).meta({ description: 'Each `pointer` leads into the row' }),
      }),
    ]),
  ),
})
