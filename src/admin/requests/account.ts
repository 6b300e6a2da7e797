// The accounts, which the operator makes and changes.

import * as z from 'zod'
import { ACCOUNT_STATUSES } from '../../keys/key-record.ts'
import { rateLimitBody } from '../rate-limit.ts'
import { rule, visibleText } from '../text-rules.ts'
import { email } from './email.ts'
import { oneOf, visibleName } from './members.ts'
import { newPassword } from './password.ts'

const MAX_EXTERNAL_ID = 200

/** This many keys can be suspended within ten seconds. */
const MAX_KEY_LIMIT = 1_000

const externalId = visibleText(MAX_EXTERNAL_ID)

const keyLimit = z
  .number()
  .refine(
    (given) => Number.isInteger(given) && given >= 1 && given <= MAX_KEY_LIMIT,
    rule('out_of_range', `This must be a whole number from 1 to ${MAX_KEY_LIMIT}`),
  )
  .meta({ override: { type: 'integer', minimum: 1, maximum: MAX_KEY_LIMIT } })

export const createAccountBody = z.strictObject({
  email,
  name: visibleName,
  password: newPassword,
  status: oneOf(ACCOUNT_STATUSES).default('pending'),
  external_id: externalId.nullable().default(null),
})

export const editAccountBody = z.strictObject({
  name: visibleName.optional(),
  status: oneOf(ACCOUNT_STATUSES).optional(),
  password: newPassword.optional(),
  key_limit: keyLimit.optional(),
  external_id: externalId.nullable().optional(),
  rate_limit: rateLimitBody
    .nullable()
    .optional()
    .meta({ description: 'For each key of the account' }),
})

export type EditAccount = z.infer<typeof editAccountBody>
