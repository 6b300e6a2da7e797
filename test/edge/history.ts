// What clients, customers, operators and bad luck do, step by step, as a generator draws it and as a
// person reads it.

import fc from 'fast-check'
import type { Acl, Address, Status } from './checker.ts'
import { type Location, LOCATIONS, NEXT_VERSION } from './ground.ts'
import {
  AUTHORITY_FAULTS,
  type AuthorityFault,
  KV_FAULTS,
  type KvFault,
  LIBSQL_FAULTS,
  type LibsqlFault,
} from './sim/faults.ts'

/** Keys k1 and k2 are account a's, k3 is account b's; n1, n2, … are made on the way, by a. */
export const KEYS = { k1: 'a', k2: 'a', k3: 'b' } as const
export type KeyName = keyof typeof KEYS | `n${number}`
export type AccountName = 'a' | 'b'
export type Method = 'GET' | 'HEAD' | 'POST'

/** How a change is made: where, whether the next step waits for it, and after which call the worker dies. */
interface Made {
  readonly at: Location
  readonly goesOn: boolean
  readonly diesAfter: number | null
}

export type Step =
  | {
      readonly do: 'use'
      readonly key: KeyName
      readonly from: Address
      readonly method: Method
      readonly at: Location
      readonly goesOn: boolean
    }
  | { readonly do: 'use everywhere'; readonly key: KeyName; readonly from: Address }
  /** Several requests to one location, which share what they ask of the authority. */
  | {
      readonly do: 'use at once'
      readonly key: KeyName
      readonly from: Address
      readonly at: Location
      readonly goesOn: boolean
    }
  | ({ readonly do: 'edit'; readonly key: KeyName; readonly acl: Acl } & Made)
  | ({ readonly do: 'delete'; readonly key: KeyName } & Made)
  | ({ readonly do: 'set status'; readonly account: AccountName; readonly status: Status } & Made)
  | ({ readonly do: 'create'; readonly acl: Acl } & Made)
  | { readonly do: 'pass'; readonly seconds: number }
  | { readonly do: 'kv'; readonly at: Location; readonly fault: KvFault }
  | { readonly do: 'authority'; readonly at: Location; readonly fault: AuthorityFault }
  | { readonly do: 'libsql'; readonly fault: LibsqlFault }
  | { readonly do: 'lose authority'; readonly key: KeyName }
  | { readonly do: 'revive'; readonly at: Location }
  | { readonly do: 'cron'; readonly at: Location }
  | { readonly do: 'back up' | 'restore' | 'heal' | 'settle' }

export interface History {
  /** The ACLs that k1, k2 and k3 begin with. */
  readonly acls: readonly [Acl, Acl, Acl]
  /** Whether KV holds their records already. */
  readonly published: boolean
  /** Until each location sees what was written at another. */
  readonly propagationSeconds: readonly number[]
  readonly steps: readonly Step[]
}

const acl = fc.constantFrom<Acl>('anyone', 'office', 'home')
const address = fc.constantFrom<Address>('office', 'home')
const key = fc.constantFrom<KeyName>('k1', 'k1', 'k1', 'k2', 'k3', 'n1')
const at = fc.constantFrom<Location>(...LOCATIONS)
const made = {
  goesOn: fc.boolean(),
  diesAfter: fc.oneof(
    { arbitrary: fc.constant(null), weight: 5 },
    { arbitrary: fc.integer({ min: 1, max: 9 }), weight: 1 },
  ),
}

/** A deploy in flight takes in the location of the next version; a restore happens in few histories. */
function stepsOf(locations: fc.Arbitrary<Location>, withRestore: boolean) {
  const step = (name: Step['do'], fields: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
    fc.record({ do: fc.constant(name), ...fields }) as unknown as fc.Arbitrary<Step>
  const restoring = [
    [2, step('back up', {})],
    [2, step('restore', {})],
  ] as const
  const choices: (readonly [number, fc.Arbitrary<Step>])[] = [
    [8, step('use everywhere', { key, from: address })],
    [3, step('use at once', { key, from: address, at: locations, goesOn: fc.boolean() })],
    [
      4,
      step('use', {
        key,
        from: address,
        method: fc.constantFrom('GET', 'HEAD', 'POST'),
        at: locations,
        goesOn: fc.boolean(),
      }),
    ],
    [5, step('edit', { key, acl, at: locations, ...made })],
    [
      3,
      step('set status', {
        account: fc.constantFrom('a', 'a', 'b'),
        status: fc.constantFrom('active', 'suspended'),
        at: locations,
        ...made,
      }),
    ],
    [2, step('delete', { key, at: locations, ...made })],
    [1, step('create', { acl, at: locations, ...made })],
    [3, step('pass', { seconds: fc.constantFrom(2, 31, 61, 120) })],
    [2, step('kv', { at: locations, fault: fc.constantFrom(...KV_FAULTS) })],
    [3, step('authority', { at: locations, fault: fc.constantFrom(...AUTHORITY_FAULTS) })],
    [1, step('libsql', { fault: fc.constantFrom(...LIBSQL_FAULTS) })],
    [1, step('revive', { at: locations })],
    [1, step('cron', { at: locations })],
    [1, step('heal', {})],
    [1, step('settle', {})],
    // Two stores that lose what they know at the same time are beyond repair.
    ...(withRestore ? restoring : [[1, step('lose authority', { key })] as const]),
  ]
  const anyStep = fc.oneof(...choices.map(([weight, arbitrary]) => ({ arbitrary, weight })))
  return fc.array(anyStep, { minLength: 3, maxLength: 12, size: 'max' })
}

const deploying = fc.constantFrom<Location>(...LOCATIONS, NEXT_VERSION)

export const history: fc.Arbitrary<History> = fc.record({
  acls: fc.tuple(acl, acl, acl),
  published: fc.boolean(),
  propagationSeconds: fc.tuple(...[0, 1, 2, 3].map(() => fc.constantFrom(0, 10, 60, 90))),
  steps: fc.oneof(
    { arbitrary: stepsOf(at, false), weight: 8 },
    { arbitrary: stepsOf(deploying, false), weight: 2 },
    { arbitrary: stepsOf(at, true), weight: 1 },
  ),
})

/** The history as a person reads it. */
export function toText({ acls, published, propagationSeconds, steps }: History): string {
  const keys = Object.entries(KEYS).map(
    ([name, account], i) => `${name} of ${account} (${acls[i]})`,
  )
  return [
    `keys ${keys.join(', ')}; ${published ? 'in' : 'not in'} KV`,
    `KV takes ${propagationSeconds.join(', ')} s to ${[...LOCATIONS, NEXT_VERSION].join(', ')}`,
    ...steps.map((step, i) => `${i + 1}. ${stepText(step)}`),
  ].join('\n')
}

function stepText(step: Step): string {
  switch (step.do) {
    case 'use':
      return `${step.method} with ${step.key} at ${step.at} from the ${step.from}${goingOn(step)}`
    case 'use everywhere':
      return `GET with ${step.key} everywhere from the ${step.from}`
    case 'use at once':
      return `GETs at once with ${step.key} at ${step.at} from the ${step.from}${goingOn(step)}`
    case 'edit':
      return `edit ${step.key} at ${step.at}: ACL ${step.acl}${goingOn(step)}`
    case 'delete':
      return `delete ${step.key} at ${step.at}${goingOn(step)}`
    case 'set status':
      return `set ${step.account} ${step.status} at ${step.at}${goingOn(step)}`
    case 'create':
      return `create a key of a at ${step.at}: ACL ${step.acl}${goingOn(step)}`
    case 'pass':
      return `${step.seconds} s pass`
    case 'kv':
      return `KV at ${step.at}: ${step.fault}`
    case 'authority':
      return `authorities from ${step.at}: ${step.fault}`
    case 'libsql':
      return `libSQL: ${step.fault}`
    case 'lose authority':
      return `the authority of ${step.key} loses its storage`
    case 'revive':
    case 'cron':
      return `${step.do} ${step.at}`
    case 'back up':
    case 'restore':
    case 'heal':
    case 'settle':
      return step.do
  }
}

function goingOn(step: { readonly goesOn?: boolean; readonly diesAfter?: number | null }): string {
  const dying = typeof step.diesAfter === 'number' ? `, dying after call ${step.diesAfter}` : ''
  return `${dying}${step.goesOn === true ? ' …' : ''}`
}
