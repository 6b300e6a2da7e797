// The errors of the gateway itself, on the admin API.

import type { ProblemEntry } from './entry.ts'

export const OUTAGE_PROBLEMS = {
  storage_unavailable: {
    status: 503,
    title: 'Storage unavailable',
    meaning:
      'The database, or another store of the gateway, did not answer in time. Portal API requests with keys in use go on working.',
    remedies: {
      caller:
        'Repeat the request in a few seconds. If it was a change, look first whether it was made.',
      operator: 'Look at the log and at `/admin/api/v1/health` for the store that does not answer.',
    },
    retry: 'check',
  },
  misconfigured: {
    status: 503,
    title: 'Gateway not configured',
    meaning:
      'The gateway lacks settings or secrets, or cannot read them. It answers nothing else until they are right.',
    remedies: { operator: 'Read the log of the gateway: it names each setting and what is wrong.' },
    retry: 'wait',
  },
  unhealthy: {
    status: 503,
    title: 'Not healthy',
    meaning:
      'The health check could not reach all stores of the gateway, or what goes on by itself has stalled. That is a cron that was silent for five minutes, or a change that has been pending for more than two. The answer says for each store whether it is `ok` or `down`. With `database: foreign`, the database belongs to another deployment.',
    remedies: {
      operator:
        'Look at the store that is `down`, and at the log for what the cron could not do. Give a deployment with a foreign database one of its own, or adopt it.',
    },
    retry: 'wait',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    meaning:
      'The gateway met a fault of its own. The log has it under the request id of the answer.',
    remedies: {
      caller: 'Look whether the request took effect. Tell the operator the request id.',
      operator: 'Look up the request id in the log.',
    },
    retry: 'check',
  },
} satisfies Record<string, ProblemEntry>
