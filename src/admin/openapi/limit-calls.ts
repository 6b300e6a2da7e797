// The call of a customer about the limits of a key.

import { limitsAnswer } from '../answers/limits.ts'
import { byId } from './call-parts.ts'
import { AT } from './examples.ts'
import type { Calls } from './operation.ts'

export const LIMIT_CALLS: Calls = {
  '/keys/{id}/rate-limit': {
    get: {
      id: 'showLimits',
      summary: 'See what is left of the limits of a key',
      description: 'At all locations together. It spends nothing.',
      guard: 'session',
      params: { path: byId },
      answer: {
        status: 200,
        description: 'Its own limit, and the one that the operator has set for each key',
        schema: limitsAnswer,
        example: {
          limits: [{ policy: 'key', requests: 100, per_seconds: 60, left: 57, ends_at: AT }],
        },
      },
      errors: ['not_found'],
    },
  },
}
