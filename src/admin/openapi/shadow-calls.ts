// The calls about shadow mode: the operator's, and the customer's about one key.

import { shadowQuery } from '../requests/shadow.ts'
import { type KeyDifferenceAnswer, keyShadowAnswer, shadowAnswer } from '../answers/shadow.ts'
import { byId } from './call-parts.ts'
import { AT, KEY } from './examples.ts'
import type { Calls } from './operation.ts'

const DIFFERENCE: KeyDifferenceAnswer = {
  kind: 'would_refuse',
  code: 'ip_denied',
  upstream_status: 200,
  address: '203.0.113.7',
  count: 12,
  last_at: AT,
}

export const KEY_SHADOW_CALLS: Calls = {
  '/keys/{id}/shadow': {
    get: {
      id: 'showKeyShadow',
      summary: 'See what the gateway would decide otherwise than the Portal API',
      description:
        'While the gateway only watches (`ENFORCEMENT=shadow`), newest first, 100 at most. None where it enforces.',
      guard: 'session',
      params: { path: byId },
      answer: {
        status: 200,
        description: 'One entry for requests that differ in the same way',
        schema: keyShadowAnswer,
        example: { since: AT, differences: [DIFFERENCE] },
      },
      errors: ['not_found'],
    },
  },
}

export const SHADOW_CALLS: Calls = {
  '/operator/shadow': {
    get: {
      id: 'showShadow',
      summary: 'See where the gateway would decide otherwise than the upstream',
      description:
        'While the gateway only watches (`ENFORCEMENT=shadow`). Differences are kept for seven days after they were seen last. Those that were first seen last come first.',
      guard: 'operator',
      params: { query: shadowQuery },
      answer: {
        status: 200,
        description: 'What was counted, and a page of differences',
        schema: shadowAnswer,
        example: {
          since: AT,
          judged: 12_045,
          agreed: 12_033,
          differences: [{ key_id: KEY.id, ...DIFFERENCE }],
          next_cursor: null,
        },
      },
    },
  },
}
