// A rate limit as the admin API takes and shows it.

import * as z from 'zod'
import { MAX_REQUESTS, type RateLimit, WINDOW_SECONDS } from '../keys/rate-limit.ts'
import { rule } from './text-rules.ts'

const requests = z
  .number()
  .refine(
    (given) => Number.isInteger(given) && given >= 1 && given <= MAX_REQUESTS,
    rule('out_of_range', `This must be a whole number from 1 to ${MAX_REQUESTS}`),
  )
  .meta({ override: { type: 'integer', minimum: 1, maximum: MAX_REQUESTS } })

const perSeconds = z
  .number()
  .refine(
    (given) => WINDOW_SECONDS.some((seconds) => seconds === given),
    rule('out_of_range', `This must be one of ${WINDOW_SECONDS.join(', ')}`),
  )
  .meta({
    override: { type: 'integer', enum: [...WINDOW_SECONDS] },
    description: 'The length of a window',
  })

/** Parsed to a RateLimit. */
export const rateLimitBody = z
  .strictObject({ requests, per_seconds: perSeconds })
  .transform((given): RateLimit => ({ requests: given.requests, perSeconds: given.per_seconds }))

export const rateLimitAnswer = z
  .object({
    requests: z.int().min(1).max(MAX_REQUESTS),
    per_seconds: z.int().meta({ description: 'The length of a window' }),
  })
  .meta({ id: 'RateLimit', description: 'How many requests are let through in a window' })

export type RateLimitAnswer = z.infer<typeof rateLimitAnswer>

export function toRateLimitJson(limit: RateLimit | null): RateLimitAnswer | null {
  return limit === null ? null : { requests: limit.requests, per_seconds: limit.perSeconds }
}
