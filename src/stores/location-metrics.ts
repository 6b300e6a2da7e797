// Calls the objects that keep what isolates have counted, see location-metrics-object.ts.

import type { Totals } from '../metrics/totals.ts'
import type { LocationMetrics } from './location-metrics-object.ts'
import { createObjectCalls } from './object-call.ts'

export type LocationMetricsNamespace = DurableObjectNamespace<LocationMetrics>

export interface MetricsStore {
  /** Reports the totals of an isolate at a location. */
  readonly report: (location: string, isolate: string, totals: Totals) => Promise<void>
  /** The totals of each location. Rejects if it cannot be told which locations there are. */
  readonly readAll: () => Promise<AllTotals>
}

export interface AllTotals {
  readonly locations: ReadonlyMap<string, Totals>
  /** Why the others cannot be asked. */
  readonly failures: readonly unknown[]
}

/** No location has this name. */
const DIRECTORY = 'locations'

/** Calls reject with AuthorityUnavailableError if an object fails or takes longer than `timeoutMs`. */
export function createMetricsStore(
  namespace: LocationMetricsNamespace,
  timeoutMs: number,
): MetricsStore {
  const { ask } = createObjectCalls<DurableObjectStub<LocationMetrics>>(namespace, timeoutMs)
  const registered = new Set<string>()

  return {
    async report(location, isolate, totals) {
      if (!registered.has(location)) {
        await ask(DIRECTORY, async (stub) => await stub.register(location))
        registered.add(location)
      }
      await ask(location, async (stub) => await stub.report(isolate, totals))
    },
    async readAll() {
      const names = await ask(DIRECTORY, async (stub) => await stub.locations())
      const failures: unknown[] = []
      const read = await Promise.all(
        names.map(async (name) => {
          try {
            const totals: Totals = await ask(name, async (stub) => await stub.read())
            return [[name, totals] as const]
          } catch (error) {
            failures.push(error)
            return []
          }
        }),
      )
      return { locations: new Map(read.flat()), failures }
    },
  }
}
