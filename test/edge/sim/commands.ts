// What a test tells the simulated world, and what it hears.

import type { AskedAllowance } from './allowance-watch.ts'
import type { ClockChange } from './clock.ts'
import type { AuthorityCalls, AuthorityFault, KvFault, LibsqlFault } from './faults.ts'

export interface Command extends Faults {
  /** Until writes elsewhere are seen at each location. */
  readonly propagationSeconds?: Readonly<Record<string, number>>
  readonly passSeconds?: number
  /** Clocks of locations, and of authorities by lookup id. */
  readonly clocks?: Readonly<Record<string, ClockChange>>
  readonly authorityClocks?: Readonly<Record<string, ClockChange>>
  /** KV values that were written long ago, by lookup id. */
  readonly seed?: Readonly<Record<string, string>>
  /** Empties KV, before what is seeded. */
  readonly clear?: true
  /** The lookup id whose authority loses its storage, or its memory, or is superseded by a new instance. */
  readonly lose?: string
  readonly restart?: string
  readonly supersede?: string
  /** Starts the worker of a location anew, where variables are given with these in place of the ground's. */
  readonly startWorker?: string
  readonly variables?: Readonly<Record<string, string>>
  /** What is on of that which the bundle's text was given, see patch-bundle.ts: at all, or at a location. */
  readonly turnOn?: Readonly<Record<string, readonly string[]>>
  /** Answers the questions for allowances since the last time, and forgets them. */
  readonly takeAllowances?: true
}

interface Faults {
  /** The location that the faults are for; every one when left out. */
  readonly at?: string
  readonly kv?: KvFault
  readonly authority?: AuthorityFault
  /** The calls that the authority's fault is about; all when left out. */
  readonly calls?: AuthorityCalls
  readonly libsql?: LibsqlFault
  /** Cut off from every store after so many more calls, whose last one is not answered. */
  readonly diesAfter?: number
  readonly revive?: true
  readonly heal?: true
}

export interface WorldState {
  /** Calls that are still on their way, late ones too, and how many of them wait for healing. */
  readonly inFlight: readonly string[]
  readonly held: number
  /** What authorities were asked so far, whether a copy is current, and how often they granted a lease. */
  readonly checks: number
  readonly leases: number
  /** Leases that an authority granted while a change of its record was waiting. */
  readonly leasesInBetween: number
  /** Empty unless they were to be taken. */
  readonly allowances: readonly AskedAllowance[]
}

/** What the isolate of a location is told, or that of the objects. */
export interface IsolateCommand {
  readonly passMs: number
  /** The clock of the location. */
  readonly clock: ClockChange
  /** Clocks of objects, by id. */
  readonly clocks: Readonly<Record<string, ClockChange>>
  /** Null where nothing is turned on or off. */
  readonly turnOn: readonly string[] | null
  readonly startsAnew: boolean
  readonly variables: Readonly<Record<string, string>> | null
}
