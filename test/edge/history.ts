// What clients, customers, operators and bad luck do, step by step, as a person reads it. Drawn in
// draw-history.ts, carried out in run-history.ts.

import { ALL_LOCATIONS, type Location } from './ground.ts'
import type { AuthorityCalls, AuthorityFault, KvFault, LibsqlFault } from './sim/faults.ts'
import type { Acl, Address, Limit, Status, Switch } from './verdict.ts'
import type { Version } from './versions.ts'

/** Keys k1 and k2 are account a's, k3 is account b's; n1, n2, … are made on the way, by a. */
export const KEYS = { k1: 'a', k2: 'a', k3: 'b' } as const
export type KeyName = keyof typeof KEYS | `n${number}`
export type AccountName = 'a' | 'b'
export type Method = 'GET' | 'HEAD' | 'POST'

/** How a change is made: where, and whether the next step waits for it. */
export interface Made {
  readonly at: Location
  readonly goesOn: boolean
  /** After which call the worker dies. */
  readonly diesAfter: number | null
  /** Whether the keys that it is about are used everywhere as soon as it is answered. */
  readonly isTried: boolean
}

interface Used {
  readonly key: KeyName
  readonly from: Address
}

export type Changing =
  | ({ readonly do: 'edit'; readonly key: KeyName; readonly acl: Acl } & Made)
  | ({ readonly do: 'switch'; readonly key: KeyName; readonly to: Switch } & Made)
  /** The key gets an end so many seconds later, or none. */
  | ({ readonly do: 'set end'; readonly key: KeyName; readonly inSeconds: number | null } & Made)
  | ({ readonly do: 'rotate'; readonly key: KeyName; readonly overlapSeconds: number } & Made)
  /** The old token of a rotation ends so many seconds later. */
  | ({ readonly do: 'move end'; readonly key: KeyName; readonly inSeconds: number } & Made)
  | ({ readonly do: 'end rotation'; readonly key: KeyName; readonly keep: 'new' | 'old' } & Made)
  /** Somebody finds the current token in public. */
  | ({ readonly do: 'report leak'; readonly key: KeyName } & Made)
  | ({ readonly do: 'delete'; readonly key: KeyName } & Made)
  | ({ readonly do: 'set status'; readonly account: AccountName; readonly status: Status } & Made)
  | ({ readonly do: 'set limit'; readonly key: KeyName; readonly limit: Limit } & Made)
  /** The limit of each key of an account. */
  | ({ readonly do: 'set ceiling'; readonly account: AccountName; readonly limit: Limit } & Made)

/** What happens to a clock. */
export type ClockFault = 'stands' | 'goes on' | 'is set back' | 'is set ahead'

export type Step =
  | ({
      readonly do: 'use'
      readonly method: Method
      readonly at: Location
      readonly goesOn: boolean
    } & Used)
  /** One request to each location, again and again. */
  | ({ readonly do: 'use everywhere'; readonly times: number } & Used)
  /** Several requests to one location, which may share what they ask of the authority. */
  | ({ readonly do: 'use at once'; readonly at: Location; readonly goesOn: boolean } & Used)
  /** Several clients at each of these locations, each with so many requests in a row, with all tokens in turn. */
  | ({
      readonly do: 'flood'
      readonly locations: readonly Location[]
      readonly times: number
      readonly goesOn: boolean
    } & Used)
  /** From now on a client sends one request after the other, until the history settles. */
  | ({ readonly do: 'keep using'; readonly at: Location } & Used)
  | Changing
  /** Somebody makes the last change again, elsewhere. */
  | ({ readonly do: 'repeat' } & Made)
  | ({ readonly do: 'create'; readonly acl: Acl; readonly endsInSeconds: number | null } & Made)
  | { readonly do: 'pass'; readonly seconds: number }
  /** All but so many seconds of the window of a key's limit that runs. */
  | { readonly do: 'pass until window ends'; readonly key: KeyName; readonly but: number }
  | { readonly do: 'kv'; readonly at: Location; readonly fault: KvFault }
  | {
      readonly do: 'authority'
      readonly at: Location
      readonly fault: AuthorityFault
      readonly calls: AuthorityCalls
    }
  | { readonly do: 'libsql'; readonly fault: LibsqlFault }
  /** Somebody else writes a record of the key into KV, under a number of its own. */
  | {
      readonly do: 'forge'
      readonly key: KeyName
      readonly acl: Acl | 'gone'
      readonly ahead: number
    }
  | {
      readonly do: 'lose authority' | 'restart authority' | 'supersede authority'
      readonly key: KeyName
    }
  | {
      readonly do: 'clock'
      readonly of: Location | KeyName
      readonly fault: ClockFault
      readonly seconds: number
    }
  | { readonly do: 'restart worker' | 'revive' | 'cron'; readonly at: Location }
  /** The objects get the version that has leases, or the one before it, and start anew. */
  | { readonly do: 'deploy objects'; readonly haveLeases: boolean }
  | { readonly do: 'back up' | 'restore' | 'heal' | 'settle' }

/** A deploy in mid-flight: what the location `next` runs, and whether the objects have leases yet. */
export interface Deploy {
  readonly version: Version | 'the same'
  /** `LEASE_MS` there, by that of the others. */
  readonly leaseTerms: number
  readonly objectsHaveLeases: boolean
}

export interface History {
  /** The ACLs that k1, k2 and k3 begin with. */
  readonly acls: readonly [Acl, Acl, Acl]
  /** The limits that they begin with. */
  readonly limits: readonly [Limit, Limit, Limit]
  /** Whether KV holds their records already. */
  readonly published: boolean
  /** Until each location sees what was written at another. */
  readonly propagationSeconds: readonly number[]
  /** How fast the clocks run: of each location, and of the authorities of k1, k2 and k3. */
  readonly rates: readonly number[]
  /** Null where all locations run the same. */
  readonly deploy: Deploy | null
  readonly steps: readonly Step[]
}

/** A history with clocks that are right, in which all locations run the same. */
export function plainHistory(parts: Partial<History> & Pick<History, 'steps'>): History {
  return {
    acls: ['anyone', 'anyone', 'anyone'],
    limits: ['none', 'none', 'none'],
    published: true,
    propagationSeconds: [600, 600, 600, 600],
    rates: [1, 1, 1, 1, 1, 1, 1],
    deploy: null,
    ...parts,
  }
}

/** The history as a person reads it. */
export function toText(history: History): string {
  const { acls, limits, published, propagationSeconds, rates, deploy, steps } = history
  const keys = Object.entries(KEYS).map(
    ([name, account], i) => `${name} of ${account} (${acls[i]}, limit ${limits[i]})`,
  )
  const clocks = [...ALL_LOCATIONS, ...Object.keys(KEYS)].flatMap((of, i) =>
    rates[i] === 1 ? [] : `${of} at ${rates[i]}`,
  )
  return [
    `keys ${keys.join(', ')}; ${published ? 'in' : 'not in'} KV`,
    `KV takes ${propagationSeconds.join(', ')} s to ${ALL_LOCATIONS.join(', ')}`,
    ...(clocks.length === 0 ? [] : [`clocks run fast or slow: ${clocks.join(', ')}`]),
    ...(deploy === null
      ? []
      : [
          `next runs ${deploy.version}, its LEASE_MS times ${deploy.leaseTerms}; objects ${deploy.objectsHaveLeases ? 'with' : 'without'} leases`,
        ]),
    ...steps.map((step, i) => `${i + 1}. ${stepText(step)}`),
  ].join('\n')
}

function stepText(step: Step): string {
  switch (step.do) {
    case 'use':
    case 'use at once':
    case 'keep using': {
      const how = step.do === 'use' ? step.method : step.do
      return `${how} ${step.key} at ${step.at} from the ${step.from}${manner(step)}`
    }
    case 'flood':
      return `flood with ${step.key} at ${step.locations.join(', ')} from the ${step.from}, ${step.times} times${manner(step)}`
    case 'use everywhere':
      return `use ${step.key} everywhere from the ${step.from}, ${step.times} times`
    case 'edit':
      return `edit ${step.key} at ${step.at}: ACL ${step.acl}${manner(step)}`
    case 'switch':
      return `switch ${step.key} ${step.to} at ${step.at}${manner(step)}`
    case 'set end':
      return `set end of ${step.key} at ${step.at}: ${endText(step.inSeconds)}${manner(step)}`
    case 'rotate':
      return `rotate ${step.key} at ${step.at}: overlap ${step.overlapSeconds} s${manner(step)}`
    case 'move end':
      return `move end of rotation of ${step.key} at ${step.at}: in ${step.inSeconds} s${manner(step)}`
    case 'end rotation':
      return `end rotation of ${step.key} at ${step.at}, keep ${step.keep}${manner(step)}`
    case 'report leak':
      return `report leak of ${step.key} at ${step.at}${manner(step)}`
    case 'delete':
      return `delete ${step.key} at ${step.at}${manner(step)}`
    case 'set status':
      return `set ${step.account} ${step.status} at ${step.at}${manner(step)}`
    case 'set limit':
      return `limit ${step.key} at ${step.at}: ${step.limit}${manner(step)}`
    case 'set ceiling':
      return `limit each key of ${step.account} at ${step.at}: ${step.limit}${manner(step)}`
    case 'repeat':
      return `the last change again, at ${step.at}${manner(step)}`
    case 'create':
      return `create a key of a at ${step.at}: ACL ${step.acl}, end ${endText(step.endsInSeconds)}${manner(step)}`
    case 'pass':
      return `${step.seconds} s pass`
    case 'pass until window ends':
      return `all but ${step.but} s of the window of ${step.key} pass`
    case 'kv':
      return `KV at ${step.at}: ${step.fault}`
    case 'authority':
      return `authorities from ${step.at}, ${step.calls}: ${step.fault}`
    case 'libsql':
      return `libSQL: ${step.fault}`
    case 'forge':
      return `somebody writes into KV: ${step.key} is ${step.acl}, revision +${step.ahead}`
    case 'lose authority':
    case 'restart authority':
    case 'supersede authority':
      return `${step.do} of ${step.key}`
    case 'clock':
      return `clock of ${step.of} ${step.fault}${step.seconds === 0 ? '' : ` by ${step.seconds} s`}`
    case 'restart worker':
    case 'revive':
    case 'cron':
      return `${step.do} ${step.at}`
    case 'deploy objects':
      return `${step.do} ${step.haveLeases ? 'with' : 'without'} leases`
    case 'back up':
    case 'restore':
    case 'heal':
    case 'settle':
      return step.do
  }
}

function endText(inSeconds: number | null): string {
  return inSeconds === null ? 'never' : `in ${inSeconds} s`
}

function manner(step: Partial<Made>): string {
  return [
    typeof step.diesAfter === 'number' ? `, dying after call ${step.diesAfter}` : '',
    step.isTried === true ? ', tried at once' : '',
    step.goesOn === true ? ' …' : '',
  ].join('')
}
