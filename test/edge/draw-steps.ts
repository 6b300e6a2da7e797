// The steps of which moves are made. Whatever a move leaves open is drawn.

import type { Dice } from './dice.ts'
import type { Location } from './ground.ts'
import type { Changing, KeyName, Made, Method, Step } from './history.ts'
import { AUTHORITY_CALLS, AUTHORITY_FAULTS } from './sim/faults.ts'
import type { Acl, Address } from './verdict.ts'

/** What a history is about, and what may happen in it. */
export interface Frame {
  readonly dice: Dice
  readonly locations: readonly Location[]
  /** The key that most of it is about. */
  readonly focus: KeyName
  /** Two stores that lose what they know at the same time are beyond repair. */
  readonly loses: 'authorities' | 'database'
  /** Whose clocks jump. Those of both at the same time, or of an authority that restarts, are beyond the promise. */
  readonly jumping: 'locations' | 'authorities' | 'none'
  /** The versions that the objects may get; none where all run the same. */
  readonly rollouts: readonly ObjectsVersion[]
}

export type ObjectsVersion = 'with leases' | 'without leases'

export type Move = (frame: Frame) => readonly Step[]

/** Those that are there from the start. */
export const EARLY_KEY_NAMES = ['k1', 'k2', 'k3'] as const
const KEY_NAMES = [...EARLY_KEY_NAMES, 'n1'] as const
export const ACLS: readonly Acl[] = ['anyone', 'office', 'home']
const METHODS: readonly Method[] = ['GET', 'HEAD', 'POST']
const MAX_CALLS = 9
const OVERLAP_SECONDS = [0, 3, 61, 90, 300]
/** An end must be a minute ahead, also by a clock that is right no more. */
const SECONDS_TO_END = [61, 62, 65, 85, 150, null]

export const at = ({ dice, locations }: Frame) => dice.pick(locations)
export const from = ({ dice }: Frame): Address => (dice.chance(65) ? 'office' : 'home')
export const key = ({ dice, focus }: Frame) => (dice.chance(70) ? focus : dice.pick(KEY_NAMES))

export function elsewhere(frame: Frame, not: Location): Location {
  return frame.dice.pick(frame.locations.filter((location) => location !== not))
}

export function made(frame: Frame, where = at(frame)): Made {
  const { dice } = frame
  const diesAfter = dice.chance(10) ? dice.number(1, MAX_CALLS) : null
  return { at: where, goesOn: dice.chance(40), diesAfter, isTried: dice.chance(70) }
}

export function changeOf(frame: Frame, name: KeyName, how = made(frame)): Changing {
  const { dice, loses } = frame
  return dice.weighted<() => Changing>([
    [5, () => ({ do: 'edit', key: name, acl: dice.pick(ACLS), ...how })],
    [2, () => ({ do: 'switch', key: name, to: dice.chance(60) ? 'off' : 'on', ...how })],
    [1, () => ({ do: 'set end', key: name, inSeconds: dice.pick(SECONDS_TO_END), ...how })],
    ...(loses === 'authorities' ? rotationsOf(frame, name, how) : []),
    [2, () => ({ do: 'delete', key: name, ...how })],
    [
      3,
      () => ({
        do: 'set status',
        account: name === 'k3' ? 'b' : 'a',
        status: dice.chance(70) ? 'suspended' : 'active',
        ...how,
      }),
    ],
  ])()
}

/** Changes of a key's tokens. Not drawn where the database forgets: a token that it has lost is beyond the checker. */
function rotationsOf(
  { dice }: Frame,
  name: KeyName,
  how: Made,
): readonly (readonly [weight: number, change: () => Changing])[] {
  return [
    [1, () => ({ do: 'rotate', key: name, overlapSeconds: dice.pick(OVERLAP_SECONDS), ...how })],
    [1, () => ({ do: 'move end', key: name, inSeconds: dice.pick([0, 2, 62]), ...how })],
    [1, () => ({ do: 'end rotation', key: name, keep: dice.pick(['new', 'old']), ...how })],
  ]
}

export function deletionOf(frame: Frame, name: KeyName): Changing {
  return { do: 'delete', key: name, ...made(frame) }
}

/** Uses of a key everywhere, often enough that each location gets a lease. */
export function useMuch(frame: Frame, name: KeyName): Step {
  return { do: 'use everywhere', key: name, from: from(frame), times: 3 }
}

/** One request at each location, which renews a lease and begins none. */
export function useOnce(frame: Frame, name: KeyName): Step {
  return { do: 'use everywhere', key: name, from: from(frame), times: 1 }
}

/** What one change more must not have told anybody, so that who uses the key next has an older record. */
export function untried(frame: Frame, where: Location): Made {
  return { ...made(frame, where), goesOn: false, isTried: false }
}

export function use(frame: Frame, name: KeyName, where: Location, goesOn: boolean) {
  const method = frame.dice.pick(METHODS)
  return { do: 'use', key: name, from: from(frame), method, at: where, goesOn } as const
}

export function useAtOnce(frame: Frame, name: KeyName, where: Location): Step {
  return { do: 'use at once', key: name, from: from(frame), at: where, goesOn: true }
}

export function keepUsing(frame: Frame, name: KeyName, where: Location): Step {
  return { do: 'keep using', key: name, from: from(frame), at: where }
}

export function authorityFault(frame: Frame, where: Location, faults = AUTHORITY_FAULTS): Step {
  const { dice } = frame
  return { do: 'authority', at: where, fault: dice.pick(faults), calls: dice.pick(AUTHORITY_CALLS) }
}

export function rollout(to: ObjectsVersion): Step {
  return { do: 'deploy objects', haveLeases: to === 'with leases' }
}

export function create(frame: Frame): Step {
  const { dice } = frame
  const endsInSeconds = dice.chance(30) ? dice.pick(SECONDS_TO_END) : null
  return { do: 'create', acl: dice.pick(ACLS), endsInSeconds, ...made(frame) }
}
