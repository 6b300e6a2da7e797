// The answers about IP ACLs.

import * as z from 'zod'
import { IP_ACL_MODES } from '../../keys/key-record.ts'
import { address, time } from './members.ts'

export const ipAclMode = z.enum(IP_ACL_MODES)

export const ipAclCheck = z.object({
  allowed: z.boolean().meta({ description: 'Whether the IP ACL lets the address in, in any mode' }),
  entry: z.string().nullable().meta({ description: 'The first entry that contains the address' }),
  mode: ipAclMode,
})

/** Requests from one address that the IP ACL refused, or in mode `report` would have refused. */
const denial = z
  .object({
    address,
    count: z.int().min(1),
    first_at: time,
    last_at: time,
    enforced: z.boolean().meta({ description: 'False where the last one was let through' }),
  })
  .meta({ id: 'Denial' })

export const denialList = z.object({ denials: z.array(denial) })

export type DenialAnswer = Readonly<z.infer<typeof denial>>
