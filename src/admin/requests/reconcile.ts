// The comparison of the stores.

import * as z from 'zod'

const RECONCILE_CURSOR = /^(?:rows:(?<row>key_[0-9a-f]{32})|kv:(?<kv>[\w+/=-]{0,1024}))$/

export const reconcileBody = z.strictObject({
  /** `as_database`: repair even if that lets in what a key's authority keeps out. */
  repair: z
    .union([z.boolean(), z.literal('as_database')], 'repair is true, false or "as_database"')
    .default(false),
  /** Parsed to the place where the page starts. */
  cursor: z
    .string()
    .transform((given, ctx): ReconcileCursor => {
      const { row, kv } = RECONCILE_CURSOR.exec(given)?.groups ?? {}
      if (row !== undefined) return { phase: 'rows', after: row }
      if (kv !== undefined) return { phase: 'kv', after: kv === '' ? null : kv }
      ctx.addIssue({
        code: 'custom',
        message: 'cursor is not one that this call gave as next_cursor',
        params: { code: 'cursor_unreadable' },
      })
      return z.NEVER
    })
    .optional()
    .meta({ override: { type: 'string' }, description: 'The `next_cursor` of the page before' }),
})

/** Where a page of the comparison starts. */
export interface ReconcileCursor {
  readonly phase: 'rows' | 'kv'
  /** The id of the last row, or KV's own cursor; null at the start of the phase. */
  readonly after: string | null
}

export function formatReconcileCursor({ phase, after }: ReconcileCursor): string {
  return `${phase}:${after ?? ''}`
}
