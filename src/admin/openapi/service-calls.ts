// The calls about the gateway itself, which need no log-in.

import { healthAnswer } from '../answers.ts'
import type { Calls } from './operation.ts'

export const SERVICE_CALLS: Calls = {
  '/health': {
    get: {
      id: 'getHealth',
      summary: 'Whether the gateway reaches what it needs',
      guard: 'none',
      answer: {
        status: 200,
        description: 'It does',
        schema: healthAnswer,
        example: { status: 'ok', libsql: 'ok', kv: 'ok', authority: 'ok' },
      },
      errors: ['unhealthy'],
    },
  },
}
