// The calls of a customer about the use of keys.

import { previewIpAclBody } from '../requests/ip-acl.ts'
import { ipAclPreview, usageAnswer } from '../answers/usage.ts'
import { usageQuery } from '../usage-query.ts'
import { byId } from './call-parts.ts'
import { AT, KEY } from './examples.ts'
import type { Calls } from './operation.ts'

const NONE = { requests: 0, addresses: [] }

export const USAGE_CALLS: Calls = {
  '/keys/{id}/usage': {
    get: {
      id: 'showUsage',
      summary: 'See what a key was used for',
      description:
        'Allowed requests and refusals by code, by the hour for 7 days or by the day (UTC) for 400, and the addresses of 24 hours. Counts are lower bounds.',
      guard: 'session',
      params: { path: byId, query: usageQuery },
      answer: {
        status: 200,
        description: 'Its use. Hours and days without any are left out',
        schema: usageAnswer,
        example: {
          by: 'hour',
          as_of: AT,
          last_used_at: AT,
          last_address: '203.0.113.7',
          buckets: [{ at: '2026-11-23T08:00:00.000Z', allowed: 57, refused: { ip_denied: 3 } }],
          addresses: [
            { address: '203.0.113.7', allowed: 57, refused: 0, first_at: AT, last_at: AT },
            { address: '198.51.100.9', allowed: 0, refused: 3, first_at: AT, last_at: AT },
          ],
        },
      },
      errors: ['not_found'],
    },
  },
  '/keys/{id}/ip-acl/preview': {
    post: {
      id: 'previewIpAcl',
      summary: 'See what another IP ACL would have done to the last 24 hours',
      description: 'By the engine that judges requests. It changes nothing.',
      guard: 'session',
      params: { path: byId },
      body: { schema: previewIpAclBody, example: { ip_acl: KEY.ip_acl } },
      answer: {
        status: 200,
        description: 'What it would have refused, and what it would have let in',
        schema: ipAclPreview,
        example: {
          refused: {
            requests: 57,
            addresses: [{ address: '198.51.100.9', requests: 57, last_at: AT }],
          },
          allowed: NONE,
        },
      },
      errors: ['not_found', 'account_pending', 'account_suspended'],
    },
  },
}
