// The answers about the audit.

import * as z from 'zod'
import { ACTORS, AUDIT_ACTIONS } from '../../db/schema/audit-events.ts'
import { address, nextCursor, time } from './members.ts'
import { namedUser } from './user.ts'

const aclChange = z
  .object({
    added: z.array(z.string()).max(50).readonly(),
    removed: z.array(z.string()).max(50).readonly(),
    more: z.int().min(0).meta({ description: 'How many entries are left out' }),
  })
  .meta({ id: 'AclChange', description: 'The entries that the IP ACL gained and lost' })

export const event = z
  .object({
    id: z.string(),
    at: time,
    action: z.enum(AUDIT_ACTIONS),
    actor: z.enum(ACTORS),
    user: namedUser.nullable().meta({
      description:
        'The user who acted, with the e-mail of that time; null for other actors, and in older events',
    }),
    key_id: z.string().nullable(),
    address,
    changes: z
      .record(z.string(), z.union([z.tuple([z.unknown(), z.unknown()]).readonly(), aclChange]))
      .meta({
        description:
          '`{ "member": [before, after] }`, null for "not there"; of `ip_acl` an AclChange',
      }),
  })
  .meta({ id: 'Event' })

const operatorEvent = event
  .extend({
    account_id: z.string(),
    operator: z.string().nullable().meta({ description: 'The name of the token, if it was one' }),
  })
  .meta({ id: 'OperatorEvent' })

export const eventList = z.object({ events: z.array(event), next_cursor: nextCursor })

export const operatorEventList = z.object({
  events: z.array(operatorEvent),
  next_cursor: nextCursor,
})

export type EventAnswer = z.infer<typeof event>
export type OperatorEventAnswer = z.infer<typeof operatorEvent>
