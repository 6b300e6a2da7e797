// The answers about sessions.

import * as z from 'zod'
import { account } from './account.ts'
import { address, time } from './members.ts'
import { currentUser, namedUser } from './user.ts'

export const logInAnswer = z.object({ account })

export const sessionAnswer = z.object({
  account,
  user: currentUser,
  confirm_by: z
    .enum(['password', 'identity_provider'])
    .meta({ description: 'What creating a key and seeing a token again ask for' }),
  client_ip: address,
  second_factor: z.literal('due').optional().meta({
    description: 'There where the user must set up a second factor before anything else',
  }),
})

const liveSession = z
  .object({
    id: z.string(),
    created_at: time,
    last_seen_at: time,
    address,
    user_agent: z.string().nullable(),
    current: z.boolean().meta({ description: 'Whether it is the session that asks' }),
    user: namedUser,
  })
  .meta({ id: 'LiveSession' })

export const liveSessionList = z.object({ sessions: z.array(liveSession) })

export type SessionAnswer = z.infer<typeof sessionAnswer>

export type LiveSessionAnswer = z.infer<typeof liveSession>
