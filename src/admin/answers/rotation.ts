// The answers about rotations of a token.

import * as z from 'zod'
import { addressUse } from './address-use.ts'
import { time } from './members.ts'

export const rotation = z
  .object({ started_at: time, ends_at: time })
  .meta({ id: 'Rotation', description: 'Both tokens work until `ends_at`' })

export const rotationUse = rotation
  .extend({
    old: z.object({
      last_used_at: time.nullable(),
      requests_last_hour: z.int().min(0).meta({ description: 'Of 60 minutes, to the hour about' }),
      addresses: z.array(addressUse).meta({ description: 'Newest first, 100 at most' }),
    }),
    new: z.object({ first_used_at: time.nullable(), last_used_at: time.nullable() }),
  })
  .meta({ id: 'RotationUse', description: 'Counts are lower bounds' })

export type RotationUseAnswer = z.infer<typeof rotationUse>
export type RotationAnswer = z.infer<typeof rotation>
