// The calls of a customer about the IP ACL of a key.

import { denialList, ipAclCheck } from '../answers/ip-acl.ts'
import { checkIpAclBody } from '../requests/ip-acl.ts'
import { byId, INACTIVE } from './call-parts.ts'
import { DENIAL } from './examples.ts'
import type { Calls } from './operation.ts'

export const IP_ACL_CALLS: Calls = {
  '/keys/{id}/ip-acl/check': {
    post: {
      id: 'checkIpAcl',
      summary: 'Test an address against the IP ACL of a key',
      description:
        'By the engine that judges requests. In mode `report` what is not allowed is let through.',
      guard: 'session',
      params: { path: byId },
      body: { schema: checkIpAclBody, example: { address: '203.0.113.7' } },
      answer: {
        status: 200,
        description: 'Whether it is on the list',
        schema: ipAclCheck,
        example: { allowed: true, entry: '203.0.113.0/24', mode: 'enforce' },
      },
      errors: ['not_found', ...INACTIVE],
    },
  },
  '/keys/{id}/denials': {
    get: {
      id: 'listDenials',
      summary: 'See which clients the IP ACL of a key kept out, or would have',
      description: 'The last 24 hours, newest first, 100 addresses at most.',
      guard: 'session',
      params: { path: byId },
      answer: {
        status: 200,
        description: 'One entry an address',
        schema: denialList,
        example: { denials: [DENIAL] },
      },
      errors: ['not_found'],
    },
  },
}
