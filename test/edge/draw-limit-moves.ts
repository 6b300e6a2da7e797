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
} from './draw-moves.ts'
import { LOCATIONS, type Location } from './ground.ts'
import type { ClockFault, KeyName, Step } from './history.ts'
import type { Limit } from './verdict.ts'

/** Some are met at once. Of others, locations take some ahead. */
const LIMITS: readonly Limit[] = [
  '1/1',
  '3/1',
  '40/1',
  '10/10',
  '60/10',
  '5/60',
  '40/60',
  '90/86400',
]
const TIMES = [2, 4, 8]
const MANY_TIMES = [12, 20]
/** Less than a lease, and more. Windows of a second end too. */
const PAUSES = [0.3, 0.7, 1, 1.5, 2.5, 31]

export function limitOf({ dice }: Frame): Limit {
  return dice.pick(LIMITS)
}

/** Requests at one location or at all. */
function flood(frame: Frame, name: KeyName, goesOn = false): Step {
  const { dice } = frame
  const locations: readonly Location[] = dice.chance(50) ? LOCATIONS : [at(frame)]
  const times = dice.pick(dice.chance(40) ? MANY_TIMES : TIMES)
  return { do: 'flood', key: name, from: from(frame), locations, times, goesOn }
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
  if (jumping !== 'locations') return floodsWithPauses(frame)
  const fault = dice.pick<ClockFault>(['stands', 'goes on', 'is set back', 'is set ahead'])
  const moves = fault === 'is set back' || fault === 'is set ahead'
  return [
    flood(frame, name),
    { do: 'clock', of: at(frame), fault, seconds: moves ? dice.pick([0.5, 1, 5, 20]) : 0 },
    flood(frame, name),
    pass(frame),
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
  [6, floodByAWrongClock],
  [8, floodWithTwoTokens],
  [8, changeOfLimit],
]
