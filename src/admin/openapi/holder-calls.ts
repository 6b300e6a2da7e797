// The calls of whoever has a token, its owner or not.

import { holderAnswer, receivedReport } from '../answers/holder.ts'
import { leakBody } from '../leak-body.ts'
import { KEY, TOKEN } from './examples.ts'
import type { Calls } from './operation.ts'

export const HOLDER_CALLS: Calls = {
  '/key': {
    get: {
      id: 'showHeldKey',
      summary: 'See whether a token works from here',
      description:
        'Judged as a request to the Portal API is: where that would be refused, this is the same refusal. It reaches no upstream, counts as no use, and any origin may read it.',
      guard: 'key',
      answer: {
        status: 200,
        description: 'The Portal API would let the request through',
        schema: holderAnswer,
        example: {
          key: {
            id: KEY.id,
            application_name: KEY.application_name,
            platform: KEY.platform,
            expires_at: null,
            rate_limit: null,
            rotation: null,
          },
          token: 'current',
          client_ip: '203.0.113.7',
        },
        headers: {
          'Access-Control-Allow-Origin': {
            required: true,
            schema: { type: 'string' },
            example: '*',
          },
        },
      },
      errors: ['throttled'],
    },
  },
  '/leaks': {
    post: {
      id: 'reportLeaks',
      summary: 'Report tokens that were found in public',
      description:
        'Anybody may. Within seconds a token of this gateway stops: an old one ends, and a current one pauses its key until it is rotated. The answer is the same whatever the tokens are. An address may send 20 reports a minute.',
      guard: 'none',
      body: {
        schema: leakBody,
        example: { tokens: [TOKEN], url: 'https://code.example.com/repository/.env' },
      },
      answer: {
        status: 202,
        description: 'How many tokens were received',
        schema: receivedReport,
        example: { received: 1 },
      },
      errors: ['throttled'],
    },
  },
}
