// The table of all errors. The refusals of both planes take status and title from it, and the pages under
// /admin/errors are made from it.

import { ADMIN_PROBLEMS } from './admin-problems.ts'
import type { ProblemEntry } from './entry.ts'
import { PORTAL_PROBLEMS } from './portal-problems.ts'

/** The stable, machine-readable names of all errors on both planes. */
export type ProblemCode = keyof typeof PORTAL_PROBLEMS | keyof typeof ADMIN_PROBLEMS

export const PROBLEMS: Readonly<Record<ProblemCode, ProblemEntry>> = {
  ...PORTAL_PROBLEMS,
  ...ADMIN_PROBLEMS,
}
