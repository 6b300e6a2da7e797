// The moves of which histories are made: single steps, and a few steps that belong together. Whatever a move leaves
// open is drawn. Moves about what comes late or is lost are in draw-late-moves.ts.

import type { Dice } from './dice.ts'
import type { Location } from './ground.ts'
import type { Changing, ClockFault, KeyName, Made, Method, Step } from './history.ts'
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

/** A change while leases on what was before run. */
export const changeInUse: Move = (frame) => {
  const name = key(frame)
  return [useMuch(frame, name), changeOf(frame, name)]
}

/** The authority's instance ends between its grants and a change. */
export const changeAfterRestart: Move = (frame) => {
  const { dice, jumping } = frame
  const name = key(frame)
  if (jumping === 'authorities') return changeInUse(frame)
  const ends = dice.chance(70) ? 'restart authority' : 'supersede authority'
  return [
    useMuch(frame, name),
    // The note of the first lease is older than the lease that counts.
    ...(dice.chance(40)
      ? [{ do: 'pass', seconds: dice.pick([0.8, 1.5]) } as const, useMuch(frame, name)]
      : []),
    { do: ends, key: name },
    changeOf(frame, name),
  ]
}

export function rollout(to: ObjectsVersion): Step {
  return { do: 'deploy objects', haveLeases: to === 'with leases' }
}

/** The objects get another version between a grant and a change, and another one before it is made again. */
export const changeBetweenRollouts: Move = (frame) => {
  const { dice, rollouts } = frame
  if (rollouts.length === 0) return changeAfterRestart(frame)
  const name = key(frame)
  const first = changeOf(frame, name, { ...made(frame), goesOn: true, diesAfter: null })
  const goesBack = rollouts.includes('without leases') && dice.chance(60)
  return [
    ...(goesBack ? [rollout('with leases')] : []),
    useMuch(frame, name),
    rollout(goesBack ? 'without leases' : dice.pick(rollouts)),
    first,
    { do: 'pass', seconds: dice.pick([0.2, 0.5]) }, // so that it has reached the authority
    rollout(goesBack ? 'with leases' : dice.pick(rollouts)),
    { do: 'repeat', ...made(frame, elsewhere(frame, first.at)), isTried: true },
  ]
}

/** A change that is still waiting when it is made again, when another follows, or when the cron comes. */
export const changeTwice: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const first = changeOf(frame, name, { ...made(frame), goesOn: true })
  const second = made(frame, elsewhere(frame, first.at))
  return [
    ...(dice.chance(80) ? [useMuch(frame, name)] : []),
    first,
    // The first one has then reached the authority, and waits.
    ...(dice.chance(60) ? [{ do: 'pass', seconds: dice.pick([0.2, 0.4]) } as const] : []),
    ...(dice.chance(30) ? [useOnce(frame, name)] : []),
    dice.weighted<Step>([
      [6, { do: 'repeat', ...second, goesOn: false, isTried: true }],
      [3, changeOf(frame, name, second)],
      [1, { do: 'cron', at: second.at }],
    ]),
  ]
}

/** A store that fails, and somebody who needs it at once. */
export const faultInUse: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  return [
    authorityFault(frame, where),
    dice.weighted<() => Step>([
      [2, () => use(frame, name, where, true)],
      [1, () => useAtOnce(frame, name, where)],
      [2, () => changeOf(frame, name, made(frame, where))],
    ])(),
  ]
}

/** A clock that jumps or stands still while leases run, and a change. */
export const changeByAWrongClock: Move = (frame) => {
  const { dice, jumping } = frame
  const name = key(frame)
  if (jumping === 'none') return changeInUse(frame)
  const fault = dice.pick<ClockFault>(['stands', 'goes on', 'is set back', 'is set ahead'])
  const moves = fault === 'is set back' || fault === 'is set ahead'
  return [
    useMuch(frame, name),
    {
      do: 'clock',
      of: jumping === 'locations' ? at(frame) : name,
      fault,
      seconds: moves ? dice.pick([0.2, 0.5, 1, 5, 20]) : 0,
    },
    ...(dice.chance(40) ? [useMuch(frame, name)] : []),
    changeOf(frame, name),
  ]
}

/** An end that comes while the key is in use. Somebody may move it away in the last moment. */
export const endInUse: Move = (frame) => {
  const { dice, jumping } = frame
  const name = key(frame)
  const how = { ...made(frame), goesOn: false, diesAfter: null, isTried: false }
  return [
    { do: 'set end', key: name, inSeconds: dice.pick([61, 62, 64]), ...how },
    ...(jumping === 'locations' && dice.chance(60) ? [turnedFar(frame)] : []),
    { do: 'pass', seconds: 60 },
    useMuch(frame, name),
    ...(dice.chance(30) ? [changeOf(frame, name)] : []),
    { do: 'pass', seconds: dice.pick([1, 2]) },
    useMuch(frame, name),
  ]
}

/** A rotation, and what follows while both tokens are in use. */
export const changeOfTwoTokens: Move = (frame) => {
  const { dice, loses } = frame
  const name = key(frame)
  if (loses === 'database') return changeInUse(frame)
  const overlapSeconds = dice.pick([3, 8, 61, 300])
  const how = { ...made(frame), goesOn: false, diesAfter: null }
  return [
    { do: 'rotate', key: name, overlapSeconds, ...how },
    ...(dice.chance(60) ? [useMuch(frame, name)] : useFirstToken(frame, name)),
    changeOf(frame, name),
    ...(dice.chance(50)
      ? [{ do: 'pass', seconds: dice.pick([1, 2, 61]) } as const, useMuch(frame, name)]
      : []),
    ...(dice.chance(50) ? [changeOf(frame, name)] : []),
  ]
}

/** Uses of a key's oldest token alone, often enough for a lease, so that no other token has one. */
function useFirstToken(frame: Frame, name: KeyName): readonly Step[] {
  const locations = [at(frame)]
  const flood = {
    do: 'flood',
    key: name,
    from: from(frame),
    locations,
    times: 1,
    goesOn: false,
  } as const
  return [flood, flood]
}

/** A token that is found in public, and what its owner tries then. */
export const leakInUse: Move = (frame) => {
  const { dice, loses } = frame
  const name = key(frame)
  if (loses === 'database') return changeInUse(frame)
  const how = () => ({ ...made(frame), diesAfter: null })
  return [
    ...(dice.chance(30)
      ? [{ do: 'rotate', key: name, overlapSeconds: 300, ...how() } as const]
      : []),
    useMuch(frame, name),
    { do: 'report leak', key: name, ...how(), goesOn: false },
    { do: 'switch', key: name, to: 'on', ...how(), isTried: true },
    ...(dice.chance(60)
      ? [{ do: 'rotate', key: name, overlapSeconds: 90, ...how() } as const]
      : []),
    useMuch(frame, name),
  ]
}

/** A clock that shows a wrong time, so that it makes a difference which clock tells that an end has come. */
function turnedFar(frame: Frame): Step {
  const fault = frame.dice.pick<ClockFault>(['is set back', 'is set ahead'])
  return { do: 'clock', of: at(frame), fault, seconds: frame.dice.pick([5, 20]) }
}

/** A record of another writer in KV, where a location reads it that has none, and the authority has one. */
export const forge: Move = (frame) => {
  const { dice } = frame
  const name = dice.pick(EARLY_KEY_NAMES) // best one that no other location has read in KV
  const where = at(frame)
  const what = dice.pick<Acl | 'gone'>([...ACLS, 'gone'])
  return [
    use(frame, name, where, false),
    ...(dice.chance(40) ? [{ do: 'pass', seconds: 61 } as const] : []), // KV's caches have it no more
    { do: 'forge', key: name, acl: what, ahead: dice.pick([-1, 0, 1, 99, 99]) },
    ...(dice.chance(70) ? [{ do: 'restart worker', at: elsewhere(frame, where) } as const] : []),
    useOnce(frame, name),
  ]
}

/** Changes of one key in a row, of which the authority may hear only at the end. */
export const changesInARow: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  const isCutOff = dice.chance(40)
  return [
    ...(isCutOff
      ? [{ do: 'authority', at: where, fault: 'unreachable', calls: 'all' } as const]
      : []),
    ...Array.from({ length: dice.number(2, 4) }, () =>
      changeOf(frame, name, made(frame, isCutOff ? where : at(frame))),
    ),
    ...(isCutOff ? [{ do: 'heal' } as const] : []),
    changeOf(frame, name),
  ]
}

export function create(frame: Frame): Step {
  const { dice } = frame
  const endsInSeconds = dice.chance(30) ? dice.pick(SECONDS_TO_END) : null
  return { do: 'create', acl: dice.pick(ACLS), endsInSeconds, ...made(frame) }
}
