// What the descriptions of several calls have in common.

import * as z from 'zod'

export const ETAG = {
  ETag: { required: true, schema: { type: 'string' as const }, example: '"3"' },
}
export const INACTIVE = ['account_pending', 'account_suspended'] as const

export const byId = z.object({ id: z.string() })
