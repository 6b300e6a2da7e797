// The moves of histories about the limits of keys. So many requests come that windows are spent, or that locations
// take some ahead, and something happens in between.

import {
  at,
  authorityFault,
  changeOf,
  type Frame,
  from,
  key,
  made,
  type Move,
  rollout,
} from './draw-steps.ts'
import { LOCATIONS, type Location } from './ground.ts'
import type { ClockFault, KeyName, Step } from './history.ts'
import type { Limit } from './verdict.ts'

/** Some are met at once. Of others, locations take some ahead. */
const LIMITS: readonly Limit[] = ['1/1', '3/1', '10/10', '5/60', '40/60', '90/86400']
/** So many that locations have some left in the end. */
const HIGH_LIMITS: readonly Limit[] = ['40/1', '250/1', '60/10', '250/10', '400/60', '400/86400']
const TIMES = [2, 4, 8]
const MANY_TIMES = [12, 20]
/** Less than a lease, and more. Windows of a second end too. */
const PAUSES = [0.3, 0.7, 1, 1.5, 2.5, 31]

export function limitOf({ dice }: Frame): Limit {
  return dice.pick(dice.chance(50) ? LIMITS : HIGH_LIMITS)
}

/** Requests at one location or at all. */
function flood(frame: Frame, name: KeyName, goesOn = false): Step {
  const { dice } = frame
  const locations: readonly Location[] = dice.chance(50) ? LOCATIONS : [at(frame)]
  const times = dice.pick(dice.chance(40) ? MANY_TIMES : TIMES)
  return { do: 'flood', key: name, from: from(frame), locations, times, goesOn }
}

/** So many requests at one location that it takes some ahead, or too few for that. */
function floodAt(name: KeyName, where: Location, times: number): Extract<Step, { do: 'flood' }> {
  return { do: 'flood', key: name, from: 'office', locations: [where], times, goesOn: false }
}

function pass(frame: Frame): Step {
  return { do: 'pass', seconds: frame.dice.pick(PAUSES) }
}

const floodsWithPauses: Move = (frame) => {
  const name = key(frame)
  const floods = Array.from({ length: frame.dice.number(1, 3) }, () => [
    pass(frame),
    flood(frame, name),
  ])
  return [flood(frame, name), ...floods.flat()]
}

/** Requests that never stop, so that some come at each moment of a window. */
const floodOverWindows: Move = (frame) => {
  const name = key(frame)
  return [
    { do: 'keep using', key: name, from: from(frame), at: at(frame) },
    { do: 'keep using', key: name, from: from(frame), at: at(frame) },
    flood(frame, name),
    pass(frame),
    flood(frame, name),
  ]
}

/** The authority's instance or a location's isolate ends with what it had. */
const floodWithRestart: Move = (frame) => {
  const { dice, jumping } = frame
  const name = key(frame)
  const ends: Step =
    dice.chance(30) || jumping === 'authorities'
      ? { do: 'restart worker', at: at(frame) }
      : {
          do: dice.chance(70) ? 'restart authority' : 'supersede authority',
          key: name,
        }
  return [flood(frame, name, dice.chance(30)), ends, flood(frame, name)]
}

function setLimit(frame: Frame, name: KeyName, limits: readonly Limit[]): Step {
  const how = { ...made(frame), goesOn: false, diesAfter: null, isTried: false }
  return { do: 'set limit', key: name, limit: frame.dice.pick(limits), ...how }
}

/** A location has some left when its lease ends. */
const floodAfterALease: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  return [
    setLimit(frame, name, ['250/10', '400/60', '400/86400']),
    floodAt(name, where, dice.pick(MANY_TIMES)),
    { do: 'pass', seconds: dice.pick([1.5, 2, 3]) },
    floodAt(name, where, dice.pick(TIMES)),
  ]
}

/** A location has some left when a window ends, and its lease goes on. */
const floodOverAnEnd: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  const overOne = (): Step[] => [
    { do: 'pass until window ends', key: name, but: dice.pick([0.5, 0.7, 0.9]) },
    floodAt(name, where, 8),
    { do: 'pass', seconds: dice.pick([0.1, 0.2, 0.3]) },
    floodAt(name, where, 4),
  ]
  return [
    setLimit(frame, name, ['250/1', '250/10', '400/60']),
    floodAt(name, where, 8),
    ...overOne(),
    ...overOne(),
    ...overOne(),
  ]
}

/** A location that has a lease and nothing left asks in vain. */
const floodCutOff: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  const fault = dice.pick(['unreachable', 'overloaded', 'unreachable', 'held'] as const)
  return [
    setLimit(frame, name, ['90/86400', '400/60', '400/86400']),
    floodAt(name, where, 2),
    { do: 'authority', at: where, fault, calls: dice.pick(['all', 'questions']) },
    { ...floodAt(name, where, 4), goesOn: fault === 'held' },
    { do: 'pass', seconds: 1 },
    { do: 'heal' },
    floodAt(name, where, 4),
  ]
}

/** Requests that are refused for another reason than the limit, between others. */
const floodOfRefused: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const how = () => ({ ...made(frame), goesOn: false, diesAfter: null })
  const refused = dice.weighted<() => readonly [change: Step, back: Step]>([
    [
      4,
      () => [
        { do: 'edit', key: name, acl: 'office', ...how() },
        { do: 'edit', key: name, acl: 'anyone', ...how() },
      ],
    ],
    [
      2,
      () => [
        { do: 'switch', key: name, to: 'off', ...how() },
        { do: 'switch', key: name, to: 'on', ...how() },
      ],
    ],
  ])()
  return [
    flood(frame, name),
    refused[0],
    { do: 'pass', seconds: 2.5 }, // nobody waits any more
    { ...flood(frame, name), from: 'home' },
    refused[1],
    flood(frame, name),
  ]
}

/** Answers that are lost or late, and what they granted with them. */
const floodWithFault: Move = (frame) => {
  const name = key(frame)
  return [
    ...(frame.dice.chance(50) ? [flood(frame, name)] : []),
    authorityFault(frame, at(frame)),
    flood(frame, name, true),
    pass(frame),
    { do: 'heal' },
    flood(frame, name),
  ]
}

const floodByAWrongClock: Move = (frame) => {
  const { dice, jumping } = frame
  const name = key(frame)
  if (jumping === 'none') return floodsWithPauses(frame)
  const fault = dice.pick<ClockFault>(['stands', 'goes on', 'is set back', 'is set ahead'])
  const moves = fault === 'is set back' || fault === 'is set ahead'
  return [
    flood(frame, name),
    {
      do: 'clock',
      of: jumping === 'locations' ? at(frame) : name,
      fault,
      seconds: moves ? dice.pick([0.5, 1, 5, 20, 70]) : 0,
    },
    flood(frame, name),
    pass(frame),
    flood(frame, name),
  ]
}

/** The authority forgets its windows. What it grants afterwards is of windows that begin anew. */
const floodAfterALoss: Move = (frame) => {
  if (frame.loses === 'database') return floodsWithPauses(frame)
  const name = key(frame)
  return [flood(frame, name), { do: 'lose authority', key: name }, flood(frame, name)]
}

/** Objects of a version that knows no limits grant nothing, and leave the windows as they are. */
const floodBetweenRollouts: Move = (frame) => {
  const { dice, rollouts } = frame
  if (rollouts.length === 0) return floodWithRestart(frame)
  const name = key(frame)
  return [
    flood(frame, name),
    rollout(dice.pick(rollouts)),
    flood(frame, name),
    rollout('with leases'),
    flood(frame, name),
  ]
}

/** Two tokens spend of one window, also when the first one has ended. */
const floodWithTwoTokens: Move = (frame) => {
  const { dice, loses } = frame
  const name = key(frame)
  if (loses === 'database') return floodsWithPauses(frame)
  const how = () => ({ ...made(frame), diesAfter: null, goesOn: false, isTried: false })
  return [
    ...(dice.chance(50) ? [flood(frame, name)] : []),
    { do: 'rotate', key: name, overlapSeconds: dice.pick([3, 300]), ...how() },
    flood(frame, name),
    { do: 'end rotation', key: name, keep: dice.pick(['new', 'old']), ...how() },
    flood(frame, name),
  ]
}

/** A limit that changes while its window runs, or another change that leaves it as it is. */
const changeOfLimit: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const limit = () => (dice.chance(20) ? 'none' : limitOf(frame))
  return [
    flood(frame, name, dice.chance(30)),
    dice.weighted<() => Step>([
      [5, () => ({ do: 'set limit', key: name, limit: limit(), ...made(frame) })],
      [
        3,
        () => ({
          do: 'set ceiling',
          account: name === 'k3' ? 'b' : 'a',
          limit: limit(),
          ...made(frame),
        }),
      ],
      [2, () => changeOf(frame, name)],
    ])(),
    flood(frame, name),
  ]
}

export const LIMIT_MOVES: readonly (readonly [weight: number, move: Move])[] = [
  [10, floodsWithPauses],
  [6, floodOverWindows],
  [8, floodWithRestart],
  [10, floodWithFault],
  [12, floodAfterALease],
  [12, floodOverAnEnd],
  [12, floodCutOff],
  [6, floodOfRefused],
  [3, floodAfterALoss],
  [6, floodBetweenRollouts],
  [6, floodByAWrongClock],
  [8, floodWithTwoTokens],
  [8, changeOfLimit],
]
