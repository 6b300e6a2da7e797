// The answers to whoever holds a token.

import * as z from 'zod'
import { PLATFORMS } from '../../keys/platform.ts'
import { rateLimitAnswer } from '../rate-limit.ts'
import { address, time } from './members.ts'
import { rotation } from './rotation.ts'

/** What the holder of a key learns about it. */
export const holderAnswer = z.object({
  key: z.object({
    id: z.string(),
    application_name: z.string(),
    platform: z.enum(PLATFORMS),
    expires_at: time.nullable(),
    rate_limit: rateLimitAnswer.nullable(),
    rotation: rotation.nullable(),
  }),
  token: z
    .enum(['current', 'old'])
    .meta({ description: '`old` where a rotation has replaced the token of the request' }),
  client_ip: address,
})

export const receivedReport = z.object({ received: z.int().min(1) })

export type HolderAnswer = z.infer<typeof holderAnswer>
