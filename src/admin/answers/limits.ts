// The answer about the limits of a key.

import * as z from 'zod'
import { time } from './members.ts'

export const limitsAnswer = z.object({
  limits: z
    .array(
      z.object({
        policy: z.enum(['key', 'account']).meta({ description: 'Whose limit it is' }),
        requests: z.int().min(1),
        per_seconds: z.int().min(1),
        left: z.int().min(0).meta({
          description: 'How many more requests the window has. What locations hold counts as used',
        }),
        ends_at: time.nullable().meta({ description: 'The end of the window; null if none runs' }),
      }),
    )
    .meta({ description: 'Those that the key is held to; empty if there is none' }),
})

export type LimitsAnswer = z.infer<typeof limitsAnswer>
