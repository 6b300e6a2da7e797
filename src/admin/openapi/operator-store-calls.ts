// The calls of the operator about the stores and the metrics.

import * as z from 'zod'
import { OPEN_METRICS_TYPE } from '../../metrics/open-metrics.ts'
import { reconcileAnswer } from '../answers/reconcile.ts'
import { reconcileBody } from '../requests/reconcile.ts'
import { KEY } from './examples.ts'
import type { Calls } from './operation.ts'

export const OPERATOR_STORE_CALLS: Calls = {
  '/operator/reconcile': {
    post: {
      id: 'reconcile',
      summary: 'Compare KV and the authorities with libSQL, and mend them if asked to',
      description: 'In pages: call it with each `next_cursor` until that is null.',
      guard: 'operator',
      body: { schema: reconcileBody, example: { repair: true } },
      answer: {
        status: 200,
        description: 'What was compared, and what differed',
        schema: reconcileAnswer,
        example: {
          checked: 50,
          drift: [{ key_id: KEY.id, kind: 'stale', store: 'kv', repaired: true }],
          next_cursor: `rows:${KEY.id}`,
          total: 5_000,
        },
      },
    },
  },
  '/operator/metrics': {
    get: {
      id: 'getMetrics',
      summary: 'What all locations have counted, for Prometheus',
      description: 'OpenMetrics text. No key, account, user or address is a label.',
      guard: 'operator',
      answer: {
        status: 200,
        description: 'The metrics',
        mediaType: OPEN_METRICS_TYPE,
        schema: z.string(),
        example: '# TYPE portal_gateway_build_info gauge\n…\n# EOF\n',
      },
    },
  },
}
