// An instance of an object, as far as leases are concerned. Its storage outlives it.

import { GrantedLeases } from '../../../src/stores/key-authority/granted-leases.ts'

/** The clocks of the object and of its callers, which differ, at the start of a test. */
export const NOW = 1_000_000
export const DAY = 86_400_000
export const TERM = 1_000
/** How long the authority waits for a lease of one term, and for the longest. */
export const HOLD = 1_300
export const LONGEST_HOLD = 6_500

interface Row {
  readonly atMs: number
  readonly callerMs: number | null
  readonly lengthMs: number
}

/** `storage`: that of the instance before. */
export function startInstance(storage = new Map<string, unknown>(), startMs = NOW) {
  const rows: Row[] = []
  const kv = {
    get: (name: string) => storage.get(name),
    put: (name: string, row: unknown) => {
      rows.push(row as Row)
      storage.set(name, structuredClone(row))
    },
  } as unknown as DurableObjectStorage['kv']
  return { leases: new GrantedLeases(kv, startMs), storage, rows, startMs }
}
