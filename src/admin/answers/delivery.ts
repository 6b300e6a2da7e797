// The answers about the events that EVENTS_URL has not taken.

import * as z from 'zod'
import { nextCursor, time } from './members.ts'

/** An event that EVENTS_URL has not taken. */
const delivery = z
  .object({
    id: z.string().meta({ description: '`webhook-id`; of an event of the audit, its id there' }),
    type: z.string(),
    at: time,
    account_id: z.string(),
    key_id: z.string().nullable(),
    state: z
      .enum(['waiting', 'failed'])
      .meta({ description: '`failed`: given up after three days' }),
    attempts: z.int().min(0),
    last_attempt_at: time.nullable(),
    next_attempt_at: time.nullable().meta({ description: 'Null if it is due, or given up' }),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'Why the last attempt failed, as `reason` in the log' }),
  })
  .meta({ id: 'Delivery' })

export const deliveryList = z.object({ events: z.array(delivery), next_cursor: nextCursor })

export const retriedEvents = z.object({
  retried: z.int().min(0).meta({ description: 'How many events are due now' }),
})

export type DeliveryAnswer = z.infer<typeof delivery>
