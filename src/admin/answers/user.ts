// The answers about the users of an account.

import * as z from 'zod'
import { USER_STATUSES } from '../../db/schema/users.ts'
import { ROLES } from '../../shared/roles.ts'
import { nextCursor, time } from './members.ts'

export const currentUser = z
  .object({ id: z.string(), email: z.string(), name: z.string(), role: z.enum(ROLES) })
  .meta({ id: 'CurrentUser' })

export const user = currentUser
  .extend({
    status: z.enum(USER_STATUSES),
    created_at: time,
    last_login_at: time.nullable(),
    second_factor: z.boolean().optional().meta({
      description:
        'Whether each log-in needs a second factor; left out where users come from an identity provider',
    }),
  })
  .meta({ id: 'User' })

export const userList = z.object({ users: z.array(user), next_cursor: nextCursor })

export const namedUser = z.object({ id: z.string(), email: z.string() }).meta({ id: 'NamedUser' })

export type UserAnswer = z.infer<typeof user>
