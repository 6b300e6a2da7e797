// The calls about API keys.

import * as z from 'zod'
import { PLATFORMS } from '../../keys/platform.ts'
import { aclNotes } from '../acl-notes.ts'
import { futureTime } from '../future-time.ts'
import { rateLimitBody } from '../rate-limit.ts'
import { applicationWebsite } from './application-website.ts'
import { ipAcl, ipAclMeta, ipAclMode } from './ip-acl.ts'
import { oneOf, visibleName } from './members.ts'
import { pageQuery } from './page.ts'
import { password } from './password.ts'

const platform = oneOf(PLATFORMS)

export const createKeyBody = z.strictObject({
  application_name: visibleName,
  application_website: applicationWebsite.nullable().default(null),
  platform,
  ip_acl: ipAcl.default([]).meta(ipAclMeta),
  ip_acl_mode: ipAclMode.default('enforce'),
  ip_acl_notes: aclNotes.default({}),
  expires_at: futureTime.nullable().default(null),
  rate_limit: rateLimitBody.nullable().default(null),
  password,
})

export const editKeyBody = z.strictObject({
  application_name: visibleName.optional(),
  application_website: applicationWebsite.nullable().optional(),
  platform: platform.optional(),
  ip_acl: ipAcl.optional().meta(ipAclMeta),
  ip_acl_mode: ipAclMode.optional(),
  ip_acl_notes: aclNotes.optional(),
  enabled: z.boolean().optional(),
  expires_at: futureTime.nullable().optional(),
  rate_limit: rateLimitBody.nullable().optional(),
})

export const findKeyBody = z.strictObject({ token: z.string() })

export const revealBody = z.strictObject({ password })

/** The query of a customer's list of keys. */
export const keysQuery = pageQuery('key').extend({
  include: oneOf(['usage']).optional().meta({ description: 'Adds `usage` to each key' }),
})

export type CreateKey = Omit<z.infer<typeof createKeyBody>, 'password'>
export type EditKey = z.infer<typeof editKeyBody>
