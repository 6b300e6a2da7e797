// The moves of which histories are made: single steps, and a few steps that belong together. Whatever a move leaves
// open is drawn.

import type { Dice } from './dice.ts'
import type { Location } from './ground.ts'
import type { Changing, ClockFault, KeyName, Made, Method, Step } from './history.ts'
import {
  AUTHORITY_CALLS,
  AUTHORITY_FAULTS,
  type AuthorityFault,
  KV_FAULTS,
  LIBSQL_FAULTS,
} from './sim/faults.ts'
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

const KEY_NAMES = ['k1', 'k2', 'k3', 'n1'] as const
const ACLS: readonly Acl[] = ['anyone', 'office', 'home']
const METHODS: readonly Method[] = ['GET', 'HEAD', 'POST']
const MAX_CALLS = 9
const OVERLAP_SECONDS = [0, 3, 61, 90, 300]
/** An end must be a minute ahead, also by a clock that is right no more. */
const SECONDS_TO_END = [61, 62, 65, 85, 150, null]

export const at = ({ dice, locations }: Frame) => dice.pick(locations)
export const from = ({ dice }: Frame): Address => (dice.chance(65) ? 'office' : 'home')
export const key = ({ dice, focus }: Frame) => (dice.chance(70) ? focus : dice.pick(KEY_NAMES))

function elsewhere(frame: Frame, not: Location): Location {
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
function useMuch(frame: Frame, name: KeyName): Step {
  return { do: 'use everywhere', key: name, from: from(frame), times: 3 }
}

function use(frame: Frame, name: KeyName, where: Location, goesOn: boolean) {
  const method = frame.dice.pick(METHODS)
  return { do: 'use', key: name, from: from(frame), method, at: where, goesOn } as const
}

function useAtOnce(frame: Frame, name: KeyName, where: Location): Step {
  return { do: 'use at once', key: name, from: from(frame), at: where, goesOn: true }
}

function keepUsing(frame: Frame, name: KeyName, where: Location): Step {
  return { do: 'keep using', key: name, from: from(frame), at: where }
}

export function authorityFault(frame: Frame, where: Location, faults = AUTHORITY_FAULTS): Step {
  const { dice } = frame
  return { do: 'authority', at: where, fault: dice.pick(faults), calls: dice.pick(AUTHORITY_CALLS) }
}

/** A change while leases on what was before run. */
const changeInUse: Move = (frame) => {
  const name = key(frame)
  return [useMuch(frame, name), changeOf(frame, name)]
}

/** The authority's instance ends between its grants and a change. */
const changeAfterRestart: Move = (frame) => {
  const { dice, jumping } = frame
  const name = key(frame)
  if (jumping === 'authorities') return changeInUse(frame)
  const ends = dice.chance(70) ? 'restart authority' : 'supersede authority'
  return [useMuch(frame, name), { do: ends, key: name }, changeOf(frame, name)]
}

export function rollout(to: ObjectsVersion): Step {
  return { do: 'deploy objects', haveLeases: to === 'with leases' }
}

/** The objects get another version between a grant and a change, and another one before it is made again. */
const changeBetweenRollouts: Move = (frame) => {
  const { dice, rollouts } = frame
  if (rollouts.length === 0) return changeAfterRestart(frame)
  const name = key(frame)
  const first = changeOf(frame, name, { ...made(frame), goesOn: true, diesAfter: null })
  return [
    useMuch(frame, name),
    rollout(dice.pick(rollouts)),
    first,
    { do: 'pass', seconds: dice.pick([0.2, 0.5]) }, // so that it has reached the authority
    rollout(dice.pick(rollouts)),
    { do: 'repeat', ...made(frame, elsewhere(frame, first.at)), isTried: true },
  ]
}

/** A change that is still waiting when it is made again, when another follows, or when the cron comes. */
const changeTwice: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const first = changeOf(frame, name, { ...made(frame), goesOn: true })
  const second = made(frame, elsewhere(frame, first.at))
  return [
    ...(dice.chance(80) ? [useMuch(frame, name)] : []),
    first,
    dice.weighted<Step>([
      [6, { do: 'repeat', ...second, goesOn: false }],
      [3, changeOf(frame, name, second)],
      [1, { do: 'cron', at: second.at }],
    ]),
  ]
}

/** A store that fails, and somebody who needs it at once. */
const faultInUse: Move = (frame) => {
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

/** A question whose answer comes when the key has been changed, or nearly. */
const lateAnswer: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  const fault: AuthorityFault = dice.pick(['answers slowly', 'answers late', 'forgetful'])
  return [
    ...(dice.chance(50) ? [useMuch(frame, name)] : []),
    { do: 'authority', at: where, fault, calls: 'questions' },
    dice.chance(50) ? useAtOnce(frame, name, where) : keepUsing(frame, name, where),
    ...(dice.chance(50) ? [use(frame, name, where, true)] : []),
    changeOf(frame, name, made(frame, elsewhere(frame, where))),
  ]
}

/** A change that reaches the authority after one that was made later. */
const lateChange: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  const fault: AuthorityFault = dice.pick(['held', 'held', 'late'])
  return [
    ...(dice.chance(50) ? [useMuch(frame, name)] : []),
    { do: 'authority', at: where, fault, calls: 'changes' },
    changeOf(frame, name, made(frame, where)),
    changeOf(frame, name, { ...made(frame, elsewhere(frame, where)), goesOn: false }),
    ...(dice.chance(70) ? [{ do: 'heal' } as const] : []),
    useMuch(frame, name),
  ]
}

/** As `lateChange`, when the authority has lost the later one, and no location has met it. */
const lateChangeAfterLoss: Move = (frame) => {
  const { dice, focus: name, loses } = frame
  if (loses === 'database') return lateChange(frame)
  const where = at(frame)
  const first = { ...made(frame, where), goesOn: false, diesAfter: null }
  const later = { ...first, at: elsewhere(frame, where), isTried: false }
  const acl = dice.pick(ACLS)
  const other = dice.pick(ACLS.filter((one) => one !== acl))
  return [
    { do: 'authority', at: where, fault: 'held', calls: 'changes' },
    { do: 'edit', key: name, acl, ...first },
    dice.chance(60)
      ? { do: 'edit', key: name, acl: other, ...later }
      : changeOf(frame, name, later),
    lose(name),
    { do: 'heal' },
    { do: 'settle' },
    { ...use(frame, name, where, false), from: 'office' },
    { ...use(frame, name, where, false), from: 'home' },
    useMuch(frame, name),
  ]
}

/** A reader of libSQL who is held up before it seeds the authority, while the key is changed. */
const slowReader: Move = (frame) => {
  const { dice, loses } = frame
  const name = dice.pick(KEY_NAMES) // best one that nobody has used
  const where = at(frame)
  const faults: readonly AuthorityFault[] = ['held', 'held', 'late', 'slow']
  const change = () =>
    changeOf(frame, name, { ...made(frame, elsewhere(frame, where)), goesOn: false })
  return [
    ...(dice.chance(30) && loses === 'authorities' ? [lose(name)] : []),
    { do: 'authority', at: where, fault: dice.pick(faults), calls: 'seeds' },
    use(frame, name, where, true),
    change(),
    ...(dice.chance(30) ? [change()] : []),
    ...(dice.chance(60) && loses === 'authorities' ? [lose(name)] : []),
    ...(dice.chance(30) ? [{ do: 'restart worker', at: elsewhere(frame, where) } as const] : []),
    ...(dice.chance(80) ? [{ do: 'heal' } as const] : []),
    useMuch(frame, name),
  ]
}

/** Reports come so slowly that the instance is superseded under them. */
const supersededUnderReports: Move = (frame) => {
  if (frame.jumping === 'authorities') return changeInUse(frame)
  const name = key(frame)
  const where = at(frame)
  return [
    useMuch(frame, name),
    { do: 'authority', at: where, fault: 'slow reports', calls: 'questions' },
    keepUsing(frame, name, where),
    useAtOnce(frame, name, where),
    { do: 'supersede authority', key: name },
    changeOf(frame, name, made(frame, elsewhere(frame, where))),
  ]
}

function lose(name: KeyName): Step {
  return { do: 'lose authority', key: name }
}

/** A clock that jumps or stands still while leases run, and a change. */
const changeByAWrongClock: Move = (frame) => {
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
const endInUse: Move = (frame) => {
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
const changeOfTwoTokens: Move = (frame) => {
  const { dice, loses } = frame
  const name = key(frame)
  if (loses === 'database') return changeInUse(frame)
  const overlapSeconds = dice.pick([3, 8, 61, 300])
  const how = { ...made(frame), goesOn: false, diesAfter: null }
  return [
    { do: 'rotate', key: name, overlapSeconds, ...how },
    useMuch(frame, name),
    changeOf(frame, name),
    ...(dice.chance(50)
      ? [{ do: 'pass', seconds: dice.pick([1, 2, 61]) } as const, useMuch(frame, name)]
      : []),
    ...(dice.chance(50) ? [changeOf(frame, name)] : []),
  ]
}

/** A token that is found in public, and what its owner tries then. */
const leakInUse: Move = (frame) => {
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

const forge: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const what = dice.pick<Acl | 'gone'>([...ACLS, 'gone'])
  return [
    { do: 'forge', key: name, acl: what, ahead: dice.pick([-1, 0, 1, 99]) },
    ...(dice.chance(50) ? [{ do: 'restart worker', at: at(frame) } as const] : []),
    { do: 'use everywhere', key: name, from: from(frame), times: 1 },
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

function create(frame: Frame): Step {
  const { dice } = frame
  const endsInSeconds = dice.chance(30) ? dice.pick(SECONDS_TO_END) : null
  return { do: 'create', acl: dice.pick(ACLS), endsInSeconds, ...made(frame) }
}

const one =
  (draw: (frame: Frame) => Step): Move =>
  (frame) => [draw(frame)]

/** Moves that change what holds. */
export const CHANGES: readonly (readonly [weight: number, move: Move])[] = [
  [4, one((frame) => changeOf(frame, key(frame)))],
  [5, changeInUse],
  [4, changeTwice],
  [3, lateChange],
  [2, faultInUse],
]

export const MOVES: readonly (readonly [weight: number, move: Move])[] = [
  ...CHANGES,
  [4, changeAfterRestart],
  [3, changeBetweenRollouts],
  [4, lateAnswer],
  [5, slowReader],
  [3, lateChangeAfterLoss],
  [2, supersededUnderReports],
  [5, changeByAWrongClock],
  [3, endInUse],
  [5, changeOfTwoTokens],
  [2, leakInUse],
  [1, changesInARow],
  [2, forge],
  [1, one((frame) => use(frame, key(frame), at(frame), frame.dice.chance(50)))],
  [2, one((frame) => useMuch(frame, key(frame)))],
  [2, one((frame) => keepUsing(frame, key(frame), at(frame)))],
  [1, one(create)],
  [2, one(({ dice }) => ({ do: 'pass', seconds: dice.pick([1, 2, 31, 61, 120]) }))],
  [1, one((frame) => ({ do: 'kv', at: at(frame), fault: frame.dice.pick(KV_FAULTS) }))],
  [1, one(({ dice }) => ({ do: 'libsql', fault: dice.pick(LIBSQL_FAULTS) }))],
  [1, one((frame) => ({ do: 'restart worker', at: at(frame) }))],
  [1, one((frame) => ({ do: 'revive', at: at(frame) }))],
  [1, one((frame) => ({ do: 'cron', at: at(frame) }))],
  [1, one(() => ({ do: 'heal' }))],
  [1, one(() => ({ do: 'settle' }))],
]
