// The errors of the admin API, which the API Keys page uses too.

import type { ProblemEntry } from './entry.ts'
import { CHANGE_PROBLEMS } from './change-problems.ts'
import { LOG_IN_PROBLEMS } from './log-in-problems.ts'
import { OUTAGE_PROBLEMS } from './outage-problems.ts'
import { REQUEST_PROBLEMS } from './request-problems.ts'
import { SECOND_FACTOR_PROBLEMS } from './second-factor-problems.ts'

export const ADMIN_PROBLEMS = {
  ...LOG_IN_PROBLEMS,
  ...SECOND_FACTOR_PROBLEMS,
  ...REQUEST_PROBLEMS,
  ...CHANGE_PROBLEMS,
  ...OUTAGE_PROBLEMS,
} satisfies Record<string, ProblemEntry>
