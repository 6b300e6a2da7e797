// The answer to a comparison of the stores.

import * as z from 'zod'
import { ACCOUNT_STATUSES, IP_ACL_MODES } from '../../keys/key-record.ts'
import { rateLimitAnswer } from '../rate-limit.ts'
import { nextCursor, time } from './members.ts'

/** The state of a key that decides about requests. */
const accessState = z.object({
  account_status: z.enum(ACCOUNT_STATUSES),
  ip_acl_size: z.int().meta({ description: 'How many networks; 0: any address' }),
  ip_acl_mode: z.enum(IP_ACL_MODES),
  enabled: z.boolean().meta({ description: 'False where it is paused or leaked' }),
  expires_at: time.nullable(),
  ends_at: time.nullable().meta({ description: 'When this token ends, of a rotation' }),
  rate_limit: rateLimitAnswer.nullable(),
  account_rate_limit: rateLimitAnswer.nullable(),
})

const drift = z
  .object({
    key_id: z.string().nullable().meta({ description: 'Null where nothing names it any more' }),
    kind: z.enum([
      'missing',
      'stale',
      'resurrected',
      'orphan',
      'authority_ahead',
      'authority_behind',
    ]),
    store: z.enum(['kv', 'authority', 'libsql']).meta({ description: 'The store that is wrong' }),
    repaired: z.boolean(),
    database: accessState
      .optional()
      .meta({ description: 'Of `authority_ahead`: what the database says' }),
    authority: accessState.nullable().optional().meta({
      description:
        'Of `authority_ahead`: what holds for requests; null where this version cannot read it',
    }),
  })
  .meta({ id: 'Drift' })

export const reconcileAnswer = z.object({
  checked: z.int(),
  drift: z.array(drift),
  next_cursor: nextCursor,
  total: z
    .int()
    .optional()
    .meta({ description: 'How many keys there are, deleted ones too; with the first page' }),
})

export type AccessState = z.infer<typeof accessState>
export type Drift = z.infer<typeof drift>
