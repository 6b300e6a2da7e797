// The calls of the operator about keys.

import * as z from 'zod'
import { KEY_FILTERS } from '../../db/operator-key-queries.ts'
import { rule, visibleText } from '../text-rules.ts'
import { oneOf } from './members.ts'
import { pageQuery } from './page.ts'

const MAX_REASON = 200

/** The query of the operator's list of keys. */
export const operatorKeysQuery = pageQuery('key').extend({
  account_id: z.string().optional(),
  state: oneOf(KEY_FILTERS).optional(),
  token_key: z
    .string()
    .refine(
      (given) => /^[0-9A-Za-z]$/.test(given),
      rule('ring_key_malformed', 'token_key is the id of a key of TOKEN_KEYS, one letter or digit'),
    )
    .optional()
    .meta({ description: 'The id of a key of `TOKEN_KEYS`: the keys whose tokens it made' }),
})

export const revokeKeyBody = z.strictObject({ reason: visibleText(MAX_REASON) })
