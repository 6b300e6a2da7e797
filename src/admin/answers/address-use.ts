import * as z from 'zod'
import { address, time } from './members.ts'

/** Requests from one address within 24 hours. */
export const addressUse = z
  .object({
    address,
    allowed: z.int().min(0),
    refused: z.int().min(0),
    first_at: time,
    last_at: time,
  })
  .meta({ id: 'AddressUse' })

export type AddressUseAnswer = Readonly<z.infer<typeof addressUse>>
