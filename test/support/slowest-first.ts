// The order of the files: the slowest first, so that no worker is left alone with one of them at the end. A fresh
// checkout has no results of an earlier run, by which vitest would order them.

import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { PROJECT_DIR } from '../../harness/project-dir.ts'

/** Those that take 20 s and more. */
export const SLOWEST = [
  'test/edge/histories.test.ts',
  'test/edge/mutants.test.ts',
  'test/edge/limit-mutants.test.ts',
  'test/edge/limits.test.ts',
  'test/scripts/start.test.ts',
  'test/scripts/deploy.test.ts',
  'test/browser/axe.test.ts',
  'test/worker/usage.test.ts',
  'test/worker/lease-changes.test.ts',
  'test/worker/health.test.ts',
  'test/admin/outbox.test.ts',
  'test/worker/admin-throttle.test.ts',
  'test/worker/leaks.test.ts',
  'test/worker/metrics.test.ts',
  'test/worker/events.test.ts',
  'test/worker/admin-key-limit.test.ts',
] as const

/** Of the folders whose files start a system, and so take seconds. */
const STARTS_A_SYSTEM = /^test\/(?:browser|edge|scripts|worker)\//

export class SlowestFirst extends BaseSequencer {
  /** Within each group as vitest would have it: the longest or the largest file first. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- of the class, which makes a new array
    const ordered = await super.sort(files)
    return ordered.toSorted((a, b) => groupOf(a) - groupOf(b))
  }
}

function groupOf({ moduleId }: TestSpecification): number {
  const file = relative(PROJECT_DIR, moduleId)
  const rank = (SLOWEST as readonly string[]).indexOf(file)
  if (rank !== -1) return rank
  return STARTS_A_SYSTEM.test(file) ? SLOWEST.length : SLOWEST.length + 1
}
