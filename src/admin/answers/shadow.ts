// The answers about shadow mode.

import * as z from 'zod'
import { nextCursor, time } from './members.ts'

const members = {
  kind: z.enum(['would_refuse', 'would_allow']).meta({
    description:
      '`would_refuse`: the upstream took what the gateway would refuse; `would_allow`: the reverse',
  }),
  code: z.string().nullable().meta({
    description: 'The error code that the gateway would answer; null with `would_allow`',
  }),
  upstream_status: z.int().meta({ description: 'The status that the upstream answered' }),
  address: z
    .string()
    .nullable()
    .meta({ description: 'IPv4 or IPv6; null where unreadable, and for addresses beyond 100' }),
  count: z.int().min(1),
  last_at: time,
}

const keyDifference = z.object(members).meta({ id: 'KeyDifference' })

const difference = z
  .object({
    key_id: z.string().nullable().meta({ description: 'Null where no key is known' }),
    ...members,
  })
  .meta({ id: 'Difference' })

const since = time.nullable().meta({ description: 'When counting began; null where it never did' })

export const shadowAnswer = z.object({
  since,
  judged: z.int().min(0).meta({ description: "Requests compared with the upstream's answer" }),
  agreed: z.int().min(0),
  differences: z.array(difference),
  next_cursor: nextCursor,
})

export const keyShadowAnswer = z.object({
  since: since.meta({ description: 'Null where the gateway enforces' }),
  differences: z.array(keyDifference),
})

export type DifferenceAnswer = z.infer<typeof difference>
export type KeyDifferenceAnswer = z.infer<typeof keyDifference>
