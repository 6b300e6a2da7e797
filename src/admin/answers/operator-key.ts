// The answers to the operator about the keys of all accounts.

import * as z from 'zod'
import { KEY_STATES } from '../../db/operator-key-queries.ts'
import { PLATFORMS } from '../../keys/platform.ts'
import { nextCursor, time } from './members.ts'

const operatorKey = z
  .object({
    id: z.string(),
    account_id: z.string(),
    state: z.enum(KEY_STATES),
    application_name: z.string().nullable(),
    platform: z.enum(PLATFORMS).nullable(),
    token_key: z
      .string()
      .nullable()
      .meta({ description: 'The id of the key of `TOKEN_KEYS` that made the token' }),
    created_at: time,
    updated_at: time,
    enabled: z.boolean().meta({ description: 'False while the key is paused' }),
    expires_at: time.nullable(),
    leaked_at: time.nullable(),
    deleted_at: time.nullable(),
  })
  .meta({ id: 'OperatorKey', description: 'What a deleted key was called is not kept' })

export const operatorKeyList = z.object({ keys: z.array(operatorKey), next_cursor: nextCursor })

export type OperatorKeyAnswer = z.infer<typeof operatorKey>
