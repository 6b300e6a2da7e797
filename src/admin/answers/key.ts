// The answers about API keys.

import * as z from 'zod'
import { ENTRY_WARNINGS } from '../../keys/entry-warnings.ts'
import { PLATFORMS } from '../../keys/platform.ts'
import { rateLimitAnswer } from '../rate-limit.ts'
import { ipAclMode } from './ip-acl.ts'
import { enforcement, time } from './members.ts'
import { rotation } from './rotation.ts'

export const key = z
  .object({
    id: z.string(),
    application_name: z.string(),
    application_website: z.string().nullable(),
    platform: z.enum(PLATFORMS),
    ip_acl: z.array(z.string()).readonly().meta({ description: 'Canonical; empty: any address' }),
    ip_acl_mode: ipAclMode,
    ip_acl_notes: z
      .record(z.string(), z.string())
      .readonly()
      .meta({ description: 'By entry of `ip_acl`' }),
    enabled: z.boolean().meta({ description: 'False while the key is paused' }),
    expires_at: time
      .nullable()
      .meta({ description: 'From then on the key is refused; null for never' }),
    leaked_at: time.nullable().meta({
      description: 'When its token was reported as leaked; only a rotation ends that',
    }),
    rotation: rotation.nullable(),
    rate_limit: rateLimitAnswer.nullable().meta({ description: 'Null for no limit' }),
    access_token: z
      .string()
      .meta({ description: '`********`, but in the answer of the call that made the token' }),
    access_token_ends_with: z
      .string()
      .nullable()
      .meta({ description: 'The last four characters; null where the token cannot be read' }),
    created_at: time,
    updated_at: time,
    version: z.int().min(1).meta({ description: 'Rises with every edit; the ETag' }),
    enforcement_state: z.enum(['done', 'pending']),
  })
  .meta({ id: 'Key' })

/** Something valid that is probably a mistake. A warning refuses nothing. */
const warning = z
  .object({
    pointer: z.string().meta({ format: 'json-pointer', description: 'RFC 6901, into the answer' }),
    code: z.enum(ENTRY_WARNINGS),
    detail: z.string(),
  })
  .meta({ id: 'Warning' })

const warnings = z.array(warning)

export const createdKey = key.extend({ warnings }).meta({ id: 'CreatedKey' })

export const editedKey = key.extend({ enforcement, warnings }).meta({ id: 'EditedKey' })

export const rotatedKey = key.extend({ enforcement }).meta({ id: 'RotatedKey' })

export const deletedKey = z.object({ id: z.string(), deleted_at: time, enforcement })

export const revealedToken = z.object({ access_token: z.string() })

export const foundKey = z.object({
  key_id: z.string(),
  token: z.enum(['current', 'old', 'ended']),
})

export type KeyAnswer = z.infer<typeof key>
