// /admin/api/openapi.json: the OpenAPI document, made from the schemas that validate requests and type the
// answers. It is loaded and built on first use, so no other request pays for it.

import { createDocument } from 'zod-openapi'
import { problem } from '../answers/problem.ts'
import { ACCOUNT_CALLS } from './account-calls.ts'
import { HOLDER_CALLS } from './holder-calls.ts'
import { IP_ACL_CALLS } from './ip-acl-calls.ts'
import { KEY_CALLS } from './key-calls.ts'
import { LIMIT_CALLS } from './limit-calls.ts'
import { toPaths } from './operation.ts'
import { OPERATOR_ACCOUNT_CALLS } from './operator-account-calls.ts'
import { OPERATOR_EVENT_CALLS } from './operator-event-calls.ts'
import { OPERATOR_KEY_CALLS } from './operator-key-calls.ts'
import { OPERATOR_STORE_CALLS } from './operator-store-calls.ts'
import { errorExamples } from './refusals.ts'
import { ROTATION_CALLS } from './rotation-calls.ts'
import { SECOND_FACTOR_CALLS } from './second-factor-calls.ts'
import { SERVICE_CALLS } from './service-calls.ts'
import { SESSION_CALLS } from './session-calls.ts'
import { KEY_SHADOW_CALLS, SHADOW_CALLS } from './shadow-calls.ts'
import { USAGE_CALLS } from './usage-calls.ts'

const DESCRIPTION = `API keys for CommPeak's Portal API, and the accounts that own them.

JSON in and out. Errors are \`application/problem+json\` (RFC 9457) with a stable \`code\`; a 422 lists all faults at once, up to 50.
A wrong method is 405 \`method_not_allowed\` with \`Allow\`; HEAD is answered as GET is, without a body.
Every answer has \`X-Request-Id\`, and \`Cache-Control: no-store\`.`

const TAGS = [
  { name: 'Customer', description: 'Log in, and manage the keys of one account.' },
  {
    name: 'Operator',
    description: 'Accounts and stores. 404 where the deployment has no OPERATOR_TOKEN.',
  },
  { name: 'Holder', description: 'Whoever has a token. No log-in.' },
  { name: 'Service', description: 'The gateway itself.' },
]

export function openApiDocument(): object {
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Portal Gateway admin API',
        version: '1.0.0',
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/admin/api/v1' }],
      tags: TAGS,
      paths: {
        ...toPaths(SESSION_CALLS, 'Customer'),
        ...toPaths(KEY_CALLS, 'Customer'),
        ...toPaths(ROTATION_CALLS, 'Customer'),
        ...toPaths(IP_ACL_CALLS, 'Customer'),
        ...toPaths(ACCOUNT_CALLS, 'Customer'),
        ...toPaths(SECOND_FACTOR_CALLS, 'Customer'),
        ...toPaths(USAGE_CALLS, 'Customer'),
        ...toPaths(LIMIT_CALLS, 'Customer'),
        ...toPaths(KEY_SHADOW_CALLS, 'Customer'),
        ...toPaths(OPERATOR_ACCOUNT_CALLS, 'Operator'),
        ...toPaths(OPERATOR_KEY_CALLS, 'Operator'),
        ...toPaths(OPERATOR_EVENT_CALLS, 'Operator'),
        ...toPaths(OPERATOR_STORE_CALLS, 'Operator'),
        ...toPaths(SHADOW_CALLS, 'Operator'),
        ...toPaths(HOLDER_CALLS, 'Holder'),
        ...toPaths(SERVICE_CALLS, 'Service'),
      },
      components: {
        schemas: { Problem: problem },
        examples: errorExamples(),
        securitySchemes: {
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-portal_session',
            description:
              'Set by `POST /session`. On plain-HTTP localhost its name is `portal_session`.',
          },
          key: {
            type: 'http',
            scheme: 'bearer',
            description: 'The token of an API key, in any form that the Portal API takes',
          },
          keyHeader: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
          operator: { type: 'http', scheme: 'bearer', description: 'OPERATOR_TOKEN' },
        },
      },
    },
    {
      // An answer may gain members. A request with an unknown member is refused.
      override({ jsonSchema, io }) {
        if (io === 'output' && jsonSchema.additionalProperties === false) {
          delete jsonSchema.additionalProperties
        }
        delete jsonSchema.readOnly // it describes the TypeScript type, not the member
      },
    },
  )
}
