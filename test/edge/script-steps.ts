// The steps of the scripts that show mutants, and the ground on which they run.

import type { Violation } from './checker.ts'
import type { Location } from './ground.ts'
import type { History, Made, Step } from './history.ts'
import type { AuthorityCalls, AuthorityFault } from './sim/faults.ts'

/** The ground on which they run: leases long enough that a busy machine uses them. */
export const TIME = { speed: 2, leaseRealMs: 500 }

export const made = (at: Location = 'ams'): Made => ({
  at,
  goesOn: false,
  diesAfter: null,
  isTried: true,
})
export const goingOn = { goesOn: true, isTried: false }
/** Often enough that each location gets a lease. */
export const useMuch: Step = { do: 'use everywhere', key: 'k1', from: 'office', times: 3 }
export const useOnce: Step = { do: 'use everywhere', key: 'k1', from: 'office', times: 1 }
export const useAt = (at: Location, goesOn = false): Step => {
  return { do: 'use', key: 'k1', from: 'office', method: 'GET', at, goesOn }
}
export const useFirstToken = {
  do: 'flood',
  key: 'k1',
  from: 'office',
  locations: ['fra'],
  times: 1,
  goesOn: false,
} as const satisfies Step
export const useOften = (at: Location): Step[] => [useAt(at), useAt(at), useAt(at)]
export const keepUsing = (at: Location): Step => ({
  do: 'keep using',
  key: 'k1',
  from: 'office',
  at,
})
export const remove = { do: 'delete', key: 'k1', ...made() } as const
export const edit = (acl: 'anyone' | 'office' | 'home', at?: Location) =>
  ({ do: 'edit', key: 'k1', acl, ...made(at) }) as const
export const setEnd = (inSeconds: number) =>
  ({ do: 'set end', key: 'k1', inSeconds, ...made(), isTried: false }) as const
export const rotate = (overlapSeconds: number) =>
  ({ do: 'rotate', key: 'k1', overlapSeconds, ...made(), isTried: false }) as const
export const pause = { do: 'switch', key: 'k1', to: 'off', ...made() } as const
export const suspend = { do: 'set status', account: 'a', status: 'suspended', ...made() } as const
export const lose: Step = { do: 'lose authority', key: 'k1' }
export const pass = (seconds: number): Step => ({ do: 'pass', seconds })
export const authority = (
  at: Location,
  fault: AuthorityFault,
  calls: AuthorityCalls = 'all',
): Step => {
  return { do: 'authority', at, fault, calls }
}
export const [backUp, restore, heal, settle] = (
  ['back up', 'restore', 'heal', 'settle'] as const
).map((name): Step => ({ do: name })) as [Step, Step, Step, Step]

export interface Script extends Partial<History> {
  readonly steps: readonly Step[]
  /** What the mutant breaks; `stale` when left out. */
  readonly rule?: Violation['rule']
}

/** `next` runs the same as the others, for a longer or a shorter lease. */
export const sameWith = (leaseTerms: number) => {
  return { deploy: { version: 'the same', leaseTerms, objectsHaveLeases: true } } as const
}
