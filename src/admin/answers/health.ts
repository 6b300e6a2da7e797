// The answer of the health check.

import * as z from 'zod'
import { ADDRESS_SYMPTOMS } from '../../keys/client-address.ts'
import { time } from './members.ts'

export const progressMembers = {
  version: z.string().nullable().optional().meta({ description: 'Of the deployed worker' }),
  pending: z
    .object({ count: z.int(), oldest_at: time.nullable() })
    .optional()
    .meta({ description: 'Changes that are recorded and do not hold yet' }),
  cron_last_run_at: time.nullable().optional(),
  enforcement: z
    .literal('shadow')
    .optional()
    .meta({ description: 'Requests go on whatever the verdict' }),
  expiring: z
    .array(z.object({ name: z.string(), expires_at: time }))
    .optional()
    .meta({ description: 'Secrets that expire within two weeks' }),
}

export const healthAnswer = z
  .object({
    status: z.literal('ok'),
    libsql: z.literal('ok'),
    kv: z.literal('ok'),
    authority: z.literal('ok'),
    ...progressMembers,
    client_address: z.array(z.enum(ADDRESS_SYMPTOMS)).readonly().optional().meta({
      description: 'Requests have lately shown that the Cloudflare zone is set up wrongly',
    }),
  })
  .meta({ id: 'Health' })
