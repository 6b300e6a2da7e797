import * as z from 'zod'
import { progressMembers } from './health.ts'
import { address } from './members.ts'

/** One broken rule of a request. */
export const fault = z
  .object({
    pointer: z.string().meta({
      format: 'json-pointer',
      description: 'RFC 6901, into the body; for a query parameter, its name after "/"',
    }),
    code: z.string(),
    detail: z.string(),
    suggestion: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .meta({ description: 'The right value, where there is an obvious one' }),
  })
  .meta({ id: 'Fault' })

const healthState = z.enum(['ok', 'down']).meta({ description: 'With `unhealthy`' })

/** RFC 9457. */
export const problem = z
  .object({
    type: z.string().meta({
      format: 'uri-reference',
      description: 'A page about the error, for people',
    }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'A sentence that says what to do' }),
    code: z.string().meta({ description: 'The stable name of the error' }),
    request_id: z.string().meta({ description: 'Names the request in the log' }),
    errors: z.array(fault).optional().meta({
      description:
        'With `validation_failed`: the faults. Beyond 50, a last entry with the code `too_many_faults` says how many more there are',
    }),
    client_ip: address.optional().meta({ description: 'With `ip_denied`: the address seen' }),
    'violated-policies': z
      .array(z.enum(['key', 'account']))
      .optional()
      .meta({ description: 'With `rate_limited`: whose limits are met' }),
    log_in_at: z.string().optional().meta({
      description:
        'With `unauthenticated`: where a browser logs in, if people do that at an identity provider',
    }),
    libsql: healthState.optional(),
    kv: healthState.optional(),
    authority: healthState.optional(),
    reasons: z
      .object({ libsql: z.string(), kv: z.string(), authority: z.string() })
      .partial()
      .optional()
      .meta({ description: 'With `unhealthy`: why, as `reason` in the log' }),
    ...progressMembers,
    database: z
      .literal('foreign')
      .optional()
      .meta({ description: 'With `unhealthy`: the database of another deployment' }),
  })
  .meta({ id: 'Problem' })

export type Fault = Readonly<z.infer<typeof fault>>
