// The answers about accounts.

import * as z from 'zod'
import { ACCOUNT_STATUSES } from '../../keys/key-record.ts'
import { rateLimitAnswer } from '../rate-limit.ts'
import { enforcement, nextCursor, time } from './members.ts'

export const account = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    status: z.enum(ACCOUNT_STATUSES),
  })
  .meta({ id: 'Account' })

export const operatorAccount = account
  .extend({
    external_id: z.string().nullable().meta({ description: 'Its id in systems of the operator' }),
    key_limit: z.int().min(1).max(1_000).meta({ description: 'How many keys it may have' }),
    rate_limit: rateLimitAnswer
      .nullable()
      .meta({ description: 'The limit of each of its keys; null for none' }),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'OperatorAccount' })

export const accountList = z.object({
  accounts: z.array(operatorAccount),
  next_cursor: nextCursor,
})

export const editedAccount = operatorAccount.extend({ enforcement })

export type AccountAnswer = z.infer<typeof account>

export type OperatorAccountAnswer = z.infer<typeof operatorAccount>
