// The calls about the gateway itself, which need no log-in.

import { healthAnswer } from '../answers/health.ts'
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
        example: {
          status: 'ok',
          version: '1b7a4a0e-8a86-4f0c-9d9c-3f2f4f0a6f11',
          libsql: 'ok',
          kv: 'ok',
          authority: 'ok',
          pending: { count: 0, oldest_at: null },
          cron_last_run_at: '2026-11-28T20:41:00.000Z',
        },
      },
      errors: ['unhealthy'],
    },
  },
}
