// The answers about the use of keys.

import * as z from 'zod'
import { addressUse } from './address-use.ts'
import { key } from './key.ts'
import { address, nextCursor, time } from './members.ts'

const count = z.int().min(0)
const refused = z.record(z.string(), z.int().min(1)).meta({ description: 'By code' })

const keyUse = z
  .object({
    last_used_at: time.nullable().meta({ description: 'The last allowed request; null for none' }),
    last_address: address.meta({ description: 'Null also after 24 hours' }),
    allowed_24h: count,
    refused_24h: count,
  })
  .meta({ id: 'KeyUse', description: 'Counts are lower bounds' })

export const listedKey = key
  .extend({
    usage: keyUse.nullable().optional().meta({
      description: 'With `include=usage`; null where the authority of the key cannot be asked',
    }),
  })
  .meta({ id: 'ListedKey' })

export const keyList = z.object({ keys: z.array(listedKey), next_cursor: nextCursor })

export const usageAnswer = z.object({
  by: z.enum(['hour', 'day']),
  as_of: time,
  last_used_at: time.nullable(),
  last_address: address,
  buckets: z
    .array(z.object({ at: time, allowed: count, refused }))
    .meta({ description: 'Oldest first; `at` is the start of the hour or UTC day' }),
  addresses: z
    .array(addressUse)
    .meta({ description: 'Those of the last 24 hours, newest first, 100 at most' }),
})

const affected = z.object({
  requests: count,
  addresses: z
    .array(z.object({ address, requests: z.int().min(1), last_at: time }))
    .meta({ description: 'Newest first, 100 at most' }),
})

export const ipAclPreview = z.object({
  refused: affected.meta({ description: 'Allowed requests that the list would have refused' }),
  allowed: affected.meta({ description: 'Refused requests that the list would have let in' }),
})

export type KeyUseAnswer = z.infer<typeof keyUse>
export type UsageAnswer = z.infer<typeof usageAnswer>
export type IpAclPreviewAnswer = z.infer<typeof ipAclPreview>
