// Calls the object that keeps what was judged in shadow, see shadow-counts-object.ts.

import type { ShadowReport } from '../shadow/shadow-report.ts'
import { createObjectCalls } from './object-call.ts'
import type { DifferenceFilter } from './difference-table.ts'
import type { ShadowCounts, ShadowCountsPage } from './shadow-counts-object.ts'

export type ShadowCountsNamespace = DurableObjectNamespace<ShadowCounts>

export interface ShadowStore {
  /** Adds what an isolate counted. */
  readonly report: (report: ShadowReport) => Promise<void>
  readonly read: (filter: DifferenceFilter) => Promise<ShadowCountsPage>
}

const NAME = 'shadow'

/** Calls reject with AuthorityUnavailableError if the object fails or takes longer than `timeoutMs`. */
export function createShadowStore(
  namespace: ShadowCountsNamespace,
  timeoutMs: number,
): ShadowStore {
  const { ask } = createObjectCalls<DurableObjectStub<ShadowCounts>>(namespace, timeoutMs)
  return {
    report: (report) => ask(NAME, async (stub) => await stub.report(report)),
    read: (filter) => ask(NAME, async (stub): Promise<ShadowCountsPage> => await stub.read(filter)),
  }
}
