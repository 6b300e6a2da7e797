// The calls about rotations of a token.

import * as z from 'zod'
import { MAX_OVERLAP_MS } from '../../keys/rotation.ts'
import { time } from '../future-time.ts'
import { rule } from '../text-rules.ts'
import { oneOf } from './members.ts'
import { password } from './password.ts'

const MAX_OVERLAP_SECONDS = MAX_OVERLAP_MS / 1_000
const DAY_SECONDS = 86_400

export const rotateKeyBody = z.strictObject({
  overlap_seconds: z
    .number()
    .refine(
      (given) => Number.isInteger(given) && given >= 0 && given <= MAX_OVERLAP_SECONDS,
      rule('out_of_range', `This must be a whole number from 0 to ${MAX_OVERLAP_SECONDS}`),
    )
    .default(DAY_SECONDS)
    .meta({
      override: {
        type: 'integer',
        minimum: 0,
        maximum: MAX_OVERLAP_SECONDS,
        default: DAY_SECONDS,
      },
      description: 'How long both tokens work',
    }),
  password,
})

export const moveRotationEndBody = z.strictObject({ ends_at: time })

/** The query of the end of a rotation. */
export const endRotationQuery = z.object({
  keep: oneOf(['new', 'old'])
    .default('new')
    .meta({ description: 'Which token stays: `old` takes the rotation back' }),
})

export type RotateKey = Omit<z.infer<typeof rotateKeyBody>, 'password'>
