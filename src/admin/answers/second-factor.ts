// The answers about second factors.

import * as z from 'zod'
import { time } from './members.ts'

export const secondFactorAnswer = z.object({
  enabled_at: time.nullable().meta({ description: 'Null where the user has none' }),
  recovery_codes_left: z.int().min(0),
  required: z.boolean().meta({ description: 'Whether the deployment asks every user for one' }),
  due: z.boolean().meta({ description: 'Whether it must be set up before anything else' }),
})

export const enrolment = z.object({
  secret: z.string().meta({ description: 'In base32, shown this once' }),
  uri: z.string().meta({ description: 'The same as an `otpauth:` URI, for a QR code' }),
  qr_code: z.array(z.string()).meta({
    description:
      'The URI as a QR code with its quiet zone: its rows from the top, each with a digit for a module, 1 where it is dark',
  }),
})

export const recoveryCodesAnswer = z.object({
  recovery_codes: z
    .array(z.string())
    .length(10)
    .meta({ description: 'Each is good for one log-in; shown this once' }),
})
